package io.antiphon.apply.postgresql.site;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A short transaction that changes what a site has; one at a time in a database, and never for long in an application's way. */
final class Transaction {
    private static final int TRIES = 6;
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final PostgresSite site;
    private final Connection connection;

    Transaction(PostgresSite site, Connection connection) {
        this.site = site;
        this.connection = connection;
    }

    /** Statements that belong together. */
    interface Work {
        void run() throws SQLException;
    }

    /** Does all of it or nothing, again if an application holds a lock in its way for too long. */
    void run(String what, Work work) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                once(work);
                return;
            } catch (SQLException e) {
                if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
                if (tries == TRIES) {
                    throw new SiteException(
                            site.id(),
                            what + " is locked by another session",
                            "end the transaction that holds it (see pg_locks), then try again",
                            e);
                }
            }
        }
    }

    private void once(Work work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            try (Statement statement = connection.createStatement()) {
                // A statement that queues for an exclusive lock makes everybody behind it queue too: give way, and come
                // again.
                statement.execute("SET LOCAL lock_timeout = '2s'");
                statement.execute("SELECT pg_advisory_xact_lock(hashtext('antiphon'), hashtext('site'))");
            }
            work.run();
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
