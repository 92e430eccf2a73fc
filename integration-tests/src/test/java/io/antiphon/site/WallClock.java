package io.antiphon.site;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a site takes the time to be: shown to the server's process by libfaketime. */
public enum WallClock {
    RIGHT("+0"),
    TEN_MINUTES_SLOW("-10m"),
    A_DAY_FAST("+1d");

    private final String offset;

    WallClock(String offset) {
        this.offset = offset;
    }

    /** Whether this machine can show a wrong time to a process. */
    public static boolean canBeWrong() {
        return library().isPresent();
    }

    /** What the server's environment must hold; nothing for the right time. */
    Map<String, String> environment() {
        if (this == RIGHT) {
            return Map.of();
        }
        Path library = library()
                .orElseThrow(() -> new IllegalStateException("no libfaketime here: install the package faketime"));
        return Map.of("LD_PRELOAD", library.toString(), "FAKETIME", offset, "FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    private static Optional<Path> library() {
        return Stream.of("x86_64-linux-gnu", "aarch64-linux-gnu")
                .map(machine -> Path.of("/usr/lib", machine, "faketime", "libfaketime.so.1"))
                .filter(Files::exists)
                .findFirst();
    }
}
