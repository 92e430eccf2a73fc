package io.antiphon.local.stack;

import io.antiphon.local.process.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** The room left on the disk a home is on: enough to start with, and told while it runs out. */
final class DiskSpace implements AutoCloseable {
    private static final long TO_START = 512L << 20;
    private static final long LOW = 256L << 20;
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final Path home;
    private final Consumer<String> events;
    private final Rounds rounds;
    private boolean low;

    private DiskSpace(Path home, Consumer<String> events) {
        this.home = home;
        this.events = events;
        this.rounds = Rounds.every(LOOK, "disk-space", this::look, events);
    }

    /** @throws StackException if there is too little to start with */
    static void check(Path home) {
        long free = free(home);
        if (free < TO_START) {
            throw new StackException("the disk of " + home + " is full: " + megabytes(free) + " are free, and "
                    + megabytes(TO_START) + " are needed to start; free some, or choose another folder with --home");
        }
    }

    static DiskSpace watch(Path home, Consumer<String> events) {
        return new DiskSpace(home, events);
    }

    @Override
    public void close() {
        rounds.close();
    }

    private void look() {
        long free = free(home);
        if (free < LOW && !low) {
            events.accept(
                    "the disk of " + home + " is almost full: " + megabytes(free)
                            + " are free; free some, or the broker and the resolver end when nothing is left, and go on when there is room again");
        } else if (free >= LOW && low) {
            events.accept("the disk of " + home + " has room again: " + megabytes(free) + " are free");
        }
        low = free < LOW;
    }

    private static long free(Path home) {
        try {
            return Files.getFileStore(home).getUsableSpace();
        } catch (IOException e) {
            throw new StackException("the disk of " + home + " cannot be looked at: " + e.getMessage());
        }
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + " MB";
    }
}
