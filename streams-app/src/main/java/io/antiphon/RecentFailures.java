package io.antiphon;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Tells trouble that passes from a failure that comes back each time a thread starts again. */
final class RecentFailures {
    private static final int MANY = 10;
    private static final long WITHIN = Duration.ofMinutes(2).toNanos();

    private final Deque<Long> times = new ArrayDeque<>();

    /** Counts one more, at {@code now} nanoseconds, and says whether starting again has stopped making sense. */
    synchronized boolean areTooMany(long now) {
        times.addLast(now);
        if (times.size() > MANY) {
            times.removeFirst();
        }
        return times.size() == MANY && now - times.getFirst() < WITHIN;
    }
}
