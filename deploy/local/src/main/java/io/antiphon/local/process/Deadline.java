package io.antiphon.local.process;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A moment until which one looks again and again whether something has come true. */
public final class Deadline {
    private final long nanos;

    private Deadline(long nanos) {
        this.nanos = nanos;
    }

    /** So long from now. */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    public boolean passed() {
        return left().isNegative();
    }

    /** The time until then; negative when it has passed. */
    public Duration left() {
        return Duration.ofNanos(nanos - System.nanoTime());
    }

    /**
     * Looks, at least once, until it is true or the deadline has passed.
     *
     * @return whether it came true
     * @throws ProcessFailure if the thread is interrupted
     */
    public boolean sees(BooleanSupplier truth, Duration pause) {
        while (!truth.getAsBoolean()) {
            if (passed()) {
                return false;
            }
            pause(pause);
        }
        return true;
    }

    /** @throws ProcessFailure if the thread is interrupted */
    public static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFailure("interrupted");
        }
    }
}
