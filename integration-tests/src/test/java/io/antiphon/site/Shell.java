package io.antiphon.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code antiphon} command, run as a user runs it: from a shell, in some folder. */
public record Shell(Path folder) {
    private static final Path COMMAND =
            Path.of("..", "antiphon").toAbsolutePath().normalize();

    /** What a command said, on both streams, and how it ended. */
    public record Ended(int status, String said) {}

    /** A command that runs on. */
    public record Running(Process process, Path output) {
        public String said() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Sends SIGTERM and waits for the end. */
        public Ended asksToStop() {
            process.destroy();
            return ends();
        }

        /** Sends SIGINT, as Ctrl-C does, and waits for the end. */
        public Ended interrupted() {
            try {
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            return ends();
        }

        /** Waits for the end. */
        public Ended ends() {
            try {
                if (!process.waitFor(120, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException("does not end: " + said());
                }
                return new Ended(process.exitValue(), said());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Runs {@code antiphon} with these arguments to its end. */
    public Ended antiphon(String... arguments) {
        return starts(arguments).ends();
    }

    /** Starts {@code antiphon} with these arguments. */
    public Running starts(String... arguments) {
        return startsBehind(List.of(), arguments);
    }

    /** Starts {@code antiphon} with these arguments, by a command that runs another. */
    public Running startsBehind(List<String> other, String... arguments) {
        var command = new ArrayList<>(other);
        command.add(COMMAND.toString());
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile(folder, "antiphon-" + arguments[0] + "-", ".out");
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .start();
            return new Running(process, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file into the folder. */
    public Path file(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
