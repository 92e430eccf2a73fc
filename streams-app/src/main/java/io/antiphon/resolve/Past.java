package io.antiphon.resolve;

/**
 * A version of a row that some site may still echo.
 *
 * @param version the version
 * @param writeTime write time of its row
 * @param digest {@link Row#digest()} of its row, {@link #NO_DIGEST} where any row may be it
 * @param life the life of its row
 * @param exists whether the row existed
 */
public record Past(long version, long writeTime, long digest, long life, boolean exists) {
    /** Of a row that was not known in all columns, and of none. */
    static final long NO_DIGEST = 0;
}
