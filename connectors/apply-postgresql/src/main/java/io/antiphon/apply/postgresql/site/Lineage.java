package io.antiphon.apply.postgresql.site;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;

/**
 * Which database this is and how far its log has got, so that it is known again.
 *
 * @param system identifier of the server, which a copy of its files shares
 * @param database its number in the server; one that is made anew has another
 * @param timeline of its log; a recovery to a point in time and a standby that is promoted begin another
 * @param reached bytes of log that are on disk
 */
public record Lineage(String system, long database, int timeline, long reached) {
    private static final String QUERY = """
            SELECT system_identifier::text,
                   (SELECT oid FROM pg_database WHERE datname = current_database())::bigint,
                   ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::int,
                   pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint
            FROM pg_control_system()""";

    /** Of the database at the other end; a server in recovery has none. */
    public static Lineage of(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            row.next();
            return new Lineage(row.getString(1), row.getLong(2), row.getInt(3), row.getLong(4));
        }
    }

    /** Why a log that was read up to {@code before} cannot be read on here; empty if it can. */
    public Optional<String> breakSince(Lineage before) {
        if (!system.equals(before.system) || database != before.database) {
            return Optional.of("is another database than the one that was read: server " + before.system + ", database "
                    + before.database + " then, server " + system + ", database " + database + " now");
        }
        if (timeline < before.timeline || timeline == before.timeline && reached < before.reached) {
            return Optional.of(
                    "is older than what was read from it, as one restored from a backup is: its log had got to "
                            + before.place() + ", and is at " + place());
        }
        if (timeline > before.timeline) {
            return Optional.of(
                    "was recovered, or is a promoted standby, and need not have all that was read from it: its log had got to "
                            + before.place() + ", and is at " + place());
        }
        return Optional.empty();
    }

    private String place() {
        return String.format(Locale.ROOT, "%X/%X of timeline %d", reached >>> 32, reached & 0xFFFF_FFFFL, timeline);
    }
}
