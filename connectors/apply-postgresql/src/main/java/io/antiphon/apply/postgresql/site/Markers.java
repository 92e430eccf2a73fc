package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The questions of {@code antiphon wait} at one site, numbered.
 *
 * <p>A question has been answered at a site when what has {@link #arrived} there has its number or a later one: numbers grow in the order of
 * the asking site's log, so that of questions asked at the same time compaction may drop the earlier ones.
 */
public final class Markers implements AutoCloseable {
    // The row's lock makes the numbers grow in the order of the commits. They also follow the clock, so that a site
    // whose
    // database is restored from a backup does not give one again. In the order of the key, so that no two wait for each
    // other.
    private static final String ASK = """
            INSERT INTO antiphon.marker AS before (mesh, resolved_topic, resolved_partition, site, number)
            SELECT ?, topic, partition, ?, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
            FROM unnest(?::text[]) AS topic, generate_series(0, ? - 1) AS partition ORDER BY topic, partition
            ON CONFLICT (mesh, resolved_topic, resolved_partition)
            DO UPDATE SET number = greatest(before.number + 1, excluded.number)
            RETURNING resolved_topic, resolved_partition, number""";

    private final PostgresSite site;
    private final Connection connection;

    Markers(PostgresSite site, Connection connection) {
        this.site = site;
        this.connection = connection;
    }

    /** Puts one marker per table and partition into this site's log, behind everything committed here before; each with its number. */
    public Map<Marker, Long> ask(Collection<TableId> tables, int partitions) throws SQLException {
        var topics = new Topics(site.mesh());
        try (PreparedStatement ask = connection.prepareStatement(ASK)) {
            ask.setString(1, site.mesh().text());
            ask.setString(2, site.id().text());
            ask.setArray(
                    3,
                    connection.createArrayOf(
                            "text", tables.stream().map(topics::resolved).toArray()));
            ask.setInt(4, partitions);
            try (ResultSet row = ask.executeQuery()) {
                var asked = new HashMap<Marker, Long>();
                while (row.next()) {
                    asked.put(new Marker(site.id(), row.getString(1), row.getInt(2)), row.getLong(3));
                }
                return Map.copyOf(asked);
            }
        }
    }

    /** The latest number of each marker, of whatever site, that this site's sink has come past. */
    public Map<Marker, Long> arrived() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT site, resolved_topic, resolved_partition, number FROM antiphon.arrival WHERE mesh = ?")) {
            query.setString(1, site.mesh().text());
            try (ResultSet row = query.executeQuery()) {
                var arrived = new HashMap<Marker, Long>();
                while (row.next()) {
                    arrived.put(
                            new Marker(new SiteId(row.getString(1)), row.getString(2), row.getInt(3)), row.getLong(4));
                }
                return Map.copyOf(arrived);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
