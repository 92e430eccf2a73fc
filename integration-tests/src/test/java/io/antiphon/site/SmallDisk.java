package io.antiphon.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A disk of few megabytes that only one command and its children see, at a folder. */
public record SmallDisk(Path folder, int megabytes) {
    private static final List<String> IN_ITS_OWN_MOUNTS = List.of("unshare", "--map-root-user", "--mount");

    public SmallDisk {
        Assumptions.assumeTrue(canBe(), "this machine lets nobody mount a file system of his own (unshare --mount)");
    }

    /** What the command has to be run behind. */
    public List<String> command() {
        var command = new ArrayList<>(IN_ITS_OWN_MOUNTS);
        command.addAll(List.of(
                "sh",
                "-c",
                "mkdir -p \"$0\" && mount -t tmpfs -o size=" + megabytes + "m none \"$0\" && exec \"$@\"",
                folder.toString()));
        return command;
    }

    /** Writes until nothing is left. */
    public void fills(Process seenBy) {
        byte[] block = new byte[1 << 20];
        try (var out = Files.newOutputStream(filling(seenBy))) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            return;
        }
    }

    /** Takes away what {@link #fills} wrote. */
    public void empties(Process seenBy) {
        try {
            Files.delete(filling(seenBy));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path filling(Process seenBy) {
        return Path.of("/proc/" + seenBy.pid() + "/root" + folder.resolve("filling"));
    }

    private static boolean canBe() {
        try {
            var command = new ArrayList<>(IN_ITS_OWN_MOUNTS);
            command.addAll(List.of("mount", "-t", "tmpfs", "none", "/mnt"));
            Process tried =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return tried.waitFor(10, TimeUnit.SECONDS) && tried.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
