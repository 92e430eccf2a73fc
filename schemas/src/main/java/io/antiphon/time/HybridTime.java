package io.antiphon.time;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A moment of the hybrid logical clock: signed microseconds since 1970 whose logical part is folded into the microseconds, so that it
 * reads as a time and fits {@code pg_lsn}, a GTID sequence number and {@code USING TIMESTAMP} as it is.
 *
 * <p>The numbers themselves travel as {@code long}; this class is the arithmetic on them.
 */
public final class HybridTime {
    /** Before every change: what has not been seen, and the write time of a snapshot row whose own is not known. */
    public static final long NONE = 0;

    /** Marks a transaction that took rows away without deleting them: no version, and before every one. */
    public static final long WITHDRAWN = 1;

    /** Later than any commit time, in microseconds: the year 2255. */
    private static final long BEYOND = 1L << 53;

    private HybridTime() {}

    /**
     * The write time of a change: its commit time, or the moment after the write it was made on where that is later.
     *
     * @param commitTime microseconds, already pulled back by {@link #withinSkew}
     * @param madeOn write time of what the change was made on, {@link #NONE} for nothing
     */
    public static long writeTime(long commitTime, long madeOn) {
        return Math.max(commitTime, madeOn + 1);
    }

    /**
     * The write time of a row that stood at a site before the mesh began: below that of any write since, and among its like in the order of
     * commit times.
     *
     * @param commitTime microseconds, {@link #NONE} where nobody knows
     */
    public static long begun(long commitTime) {
        return commitTime - BEYOND;
    }

    /** The commit time a write time is about, also that of a row that stood before the mesh began. */
    public static long commitTime(long writeTime) {
        return writeTime < NONE ? writeTime + BEYOND : writeTime;
    }

    /** The version of a resolved row: never before its write, and strictly increasing along the partition. */
    public static long version(long writeTime, long lastInPartition) {
        return Math.max(writeTime, lastInPartition + 1);
    }

    /** A commit time no further ahead of {@code recordTime} than {@code maxSkew}; all in microseconds. */
    public static long withinSkew(long commitTime, long recordTime, long maxSkew) {
        return Math.min(commitTime, recordTime + maxSkew);
    }

    /** As PostgreSQL writes a log position: the mark of a transaction. */
    public static String asLogPosition(long version) {
        return Long.toHexString(version >>> 32).toUpperCase(java.util.Locale.ROOT)
                + "/"
                + Long.toHexString(version & 0xFFFFFFFFL).toUpperCase(java.util.Locale.ROOT);
    }

    /** As a person reads it. */
    public static Instant asInstant(long version) {
        return Instant.EPOCH.plus(version, ChronoUnit.MICROS);
    }
}
