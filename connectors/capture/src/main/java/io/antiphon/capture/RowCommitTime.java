package io.antiphon.capture;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

/**
 * When the row that is just being read by a snapshot was committed: what PostgreSQL's driver makes of the first column of {@link
 * CommitTimeQuery}.
 *
 * <p>It is handed on by thread: a snapshot reads a row and makes the row's record before it reads the next one, in one thread.
 */
public final class RowCommitTime extends PGobject {
    /** A type that hardly anybody has in a table; where somebody has, the first value of a row is ours. */
    static final String TYPE = "pg_snapshot";

    private static final long serialVersionUID = 1L;
    private static final ThreadLocal<@Nullable Long> OF_THIS_ROW = new ThreadLocal<>();

    /** Made by the driver. */
    public RowCommitTime() {}

    @Override
    @SuppressWarnings("NullAway") // the driver's API has its own annotations
    public void setValue(@Nullable String text) throws java.sql.SQLException {
        super.setValue(text);
        if (text != null && OF_THIS_ROW.get() == null) {
            OF_THIS_ROW.set(Long.parseLong(text.substring(text.indexOf(':') + 1, text.lastIndexOf(':'))) - 1);
        }
    }

    /** Commit time of the row that was read last in this thread, in microseconds, 0 where the database does not know; null the second time. */
    static @Nullable Long taken() {
        Long time = OF_THIS_ROW.get();
        OF_THIS_ROW.remove();
        return time;
    }
}
