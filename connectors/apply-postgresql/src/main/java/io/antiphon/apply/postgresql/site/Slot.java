package io.antiphon.apply.postgresql.site;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A logical replication slot.
 *
 * @param database the database it decodes; slots are named once a server, so a name may be taken by another database's
 * @param walsender the process that reads it now
 * @param retainedBytes how much log the server keeps because of it
 * @param unconfirmedBytes how much log has been written that capture has not confirmed
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 */
public record Slot(
        String name,
        @Nullable String plugin,
        @Nullable String database,
        OptionalInt walsender,
        long retainedBytes,
        long unconfirmedBytes,
        String walStatus) {

    /** Whether something reads it. */
    public boolean active() {
        return walsender.isPresent();
    }

    /** Whether the server has thrown away log that it still needed: it can never be read again. */
    public boolean lost() {
        return walStatus.equals("lost");
    }

    static Optional<Slot> named(String name, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT slot_name, plugin, database, active_pid, coalesce(wal_status, 'lost'),
                       coalesce(pg_wal_lsn_diff(here.lsn, restart_lsn), 0)::bigint,
                       coalesce(pg_wal_lsn_diff(here.lsn, confirmed_flush_lsn), 0)::bigint
                FROM pg_replication_slots,
                     (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END AS lsn) AS here
                WHERE slot_name = ?""")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(from(row)) : Optional.empty();
            }
        }
    }

    private static Slot from(ResultSet row) throws SQLException {
        int pid = row.getInt(4);
        return new Slot(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                pid == 0 ? OptionalInt.empty() : OptionalInt.of(pid),
                row.getLong(6),
                row.getLong(7),
                row.getString(5));
    }
}
