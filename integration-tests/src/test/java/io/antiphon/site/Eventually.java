package io.antiphon.site;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** Waits by looking again: an assertion that comes to hold, with a deadline. */
public final class Eventually {
    private static final Duration DEADLINE = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(50);

    private Eventually() {}

    /** Looks until the assertion holds, and fails with what it said last. */
    public static void eventually(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(DEADLINE)
                .pollDelay(Duration.ZERO)
                .pollInterval(LOOK)
                .ignoreExceptions()
                .untilAsserted(assertion);
    }
}
