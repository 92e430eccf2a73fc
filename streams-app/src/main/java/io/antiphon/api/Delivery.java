package io.antiphon.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What is on its way from one resolved topic-partition to one site. Written by the one thread that has the partition, read by any.
 *
 * <p>Its lag is what the rows answered last took from commit to applied, or how long the site has owed an answer if that is longer, so that it
 * grows while a site is cut off and nothing is measured. A minute after the last answer, with none owed, it is 0.
 */
public final class Delivery {
    private static final long FORGET_AFTER = TimeUnit.MINUTES.toNanos(1);

    private final LongAdder applied;
    private final LongSupplier nanos;
    private volatile long sent;
    private volatile long answered;
    private volatile long lagMicros;
    private volatile long since;

    Delivery(LongAdder applied, LongSupplier nanos) {
        this.applied = applied;
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    /** An outcome of this version was emitted for the site to write. */
    public void sent(long version) {
        if (sent <= answered) {
            long now = nanos.getAsLong();
            if (now - since > FORGET_AFTER) {
                lagMicros = 0;
            }
            since = now;
        }
        sent = version;
    }

    /**
     * The site answered everything up to this version.
     *
     * @param rows how many it wrote
     * @param lagMicros from the commit of the newest of them at its author's site to the commit at this one; below 0 where clocks differ
     */
    public void applied(long version, long rows, long lagMicros) {
        applied.add(rows);
        if (rows > 0) {
            this.lagMicros = Math.max(0, lagMicros);
        }
        answered = version;
        since = nanos.getAsLong();
    }

    long lagMicros() {
        long waited = nanos.getAsLong() - since;
        if (sent > answered) {
            return Math.max(lagMicros, TimeUnit.NANOSECONDS.toMicros(waited));
        }
        return waited > FORGET_AFTER ? 0 : lagMicros;
    }
}
