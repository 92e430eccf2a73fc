package io.antiphon.resolve;

/**
 * How the lives of one key are counted, in one number that is greater for what wins.
 *
 * <p>An insert by a site that saw the row gone begins the next life. So does a row that comes from another key, and that is above whatever was
 * inserted by sites that did not know of it; of two that came and did not know of each other the later move is above, as it is at the key they
 * left. Odd is the tombstone that a row leaves when it goes to another key: it is above that row alone.
 *
 * <p>Nothing depends on lives that are over for everybody, so that it makes no difference whether they are still remembered: from the top, how
 * many rows came one after the other; when the last of them did, and by whom; how many were inserted since.
 */
final class Lives {
    private static final long LEFT = 1;
    private static final int SITE = 9;
    private static final int TIME = 16;
    private static final long EPOCH = (1L << 44) - 1;
    private static final int CAME = 60;
    private static final long MOST = 7;

    private Lives() {}

    /** The life an insert begins by a site that saw a row of {@code life} go. */
    static long next(long life) {
        return (life | LEFT) + 1;
    }

    /** The life of a row that comes from another key to where {@code life} is known, or was seen to go. */
    static long came(long life, Move move, int site) {
        long by = (long) site << SITE;
        long came = Math.min((life >>> CAME) + 1, MOST) << CAME | time(move) << TIME | by;
        return came > life ? came : (life >>> TIME) + 1 << TIME | by;
    }

    /** When a move was made, as far as that decides. */
    static long time(Move move) {
        return move.commitTime() >>> 6 & EPOCH;
    }

    /** The life of the tombstone that a row of {@code life} leaves when it goes to another key. */
    static long left(long life) {
        return life | LEFT;
    }

    /** Whether it is the life of a tombstone whose row went to another key. */
    static boolean isLeft(long life) {
        return (life & LEFT) != 0;
    }
}
