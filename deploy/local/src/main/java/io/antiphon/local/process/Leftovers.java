package io.antiphon.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Notes of running processes, each by its id and its start time, because ids are used again.
 *
 * <p>Whoever is killed leaves them behind; the next one of the same home ends what they name.
 */
public final class Leftovers {
    /** The start time is computed from the time of boot, which a clock adjustment moves. */
    private static final Duration CLOCK_ADJUSTMENT = Duration.ofSeconds(2);

    private static final Duration GRACE = Duration.ofSeconds(10);

    private Leftovers() {}

    static void note(Path record, ProcessHandle process) {
        try {
            Files.createDirectories(record.toAbsolutePath().getParent());
            Files.writeString(
                    record,
                    process.pid() + " "
                            + process.info()
                                    .startInstant()
                                    .map(Instant::toString)
                                    .orElse("-"),
                    StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void forget(Path record) {
        try {
            Files.deleteIfExists(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process a note speaks of, if it still runs. */
    public static Optional<ProcessHandle> running(Path record) {
        try {
            if (!Files.exists(record)) {
                return Optional.empty();
            }
            String[] words =
                    Files.readString(record, StandardCharsets.US_ASCII).trim().split(" ");
            if (words.length != 2) {
                return Optional.empty();
            }
            return ProcessHandle.of(Long.parseLong(words[0]))
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> startedAt(process, words[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NumberFormatException torn) {
            return Optional.empty();
        }
    }

    /** Ends every process noted in a folder, the way it was asked to end by us: politely, then not. Returns their names. */
    public static List<String> end(Path folder) {
        var ended = new ArrayList<String>();
        if (!Files.isDirectory(folder)) {
            return ended;
        }
        try (DirectoryStream<Path> records = Files.newDirectoryStream(folder)) {
            for (Path record : records) {
                running(record).ifPresent(process -> {
                    end(process, GRACE);
                    ended.add(record.getFileName().toString());
                });
                Files.deleteIfExists(record);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ended;
    }

    static void end(ProcessHandle process, Duration grace) {
        process.destroy();
        if (!endedWithin(process, grace)) {
            process.destroyForcibly();
            endedWithin(process, grace);
        }
    }

    private static boolean endedWithin(ProcessHandle process, Duration time) {
        try {
            process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException stillRunning) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (java.util.concurrent.ExecutionException e) {
            return !process.isAlive();
        }
    }

    private static boolean startedAt(ProcessHandle process, String noted) {
        return process.info()
                .startInstant()
                .map(started -> noted.equals("-")
                        || Duration.between(Instant.parse(noted), started).abs().compareTo(CLOCK_ADJUSTMENT) <= 0)
                .orElse(false);
    }
}
