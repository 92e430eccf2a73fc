package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The questions of {@code antiphon wait} at one site. A token has been answered when every site's {@link #arrived} holds every marker that
 * {@link #ask} returned at any site.
 */
public final class Markers implements AutoCloseable {
    private final PostgresSite site;
    private final Connection connection;

    Markers(PostgresSite site, Connection connection) {
        this.site = site;
        this.connection = connection;
    }

    /** Puts one marker per table and partition into this site's log, behind everything committed here before. */
    public Set<Marker> ask(String token, Collection<TableId> tables, int partitions) throws SQLException {
        var topics = new Topics(site.mesh());
        var asked = new HashSet<Marker>();
        connection.setAutoCommit(false);
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO antiphon.marker (mesh, token, site, resolved_topic, resolved_partition)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""")) {
            for (TableId table : tables) {
                for (int partition = 0; partition < partitions; partition++) {
                    var marker = new Marker(site.id(), topics.resolved(table), partition);
                    insert.setString(1, site.mesh().text());
                    insert.setString(2, token);
                    insert.setString(3, marker.site().text());
                    insert.setString(4, marker.resolvedTopic());
                    insert.setInt(5, marker.resolvedPartition());
                    insert.addBatch();
                    asked.add(marker);
                }
            }
            insert.executeBatch();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
        return Set.copyOf(asked);
    }

    /** The markers of a token, of whatever site, that this site's sink has come past. */
    public Set<Marker> arrived(String token) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT site, resolved_topic, resolved_partition FROM antiphon.arrival WHERE mesh = ? AND token = ?")) {
            query.setString(1, site.mesh().text());
            query.setString(2, token);
            try (ResultSet row = query.executeQuery()) {
                var arrived = new HashSet<Marker>();
                while (row.next()) {
                    arrived.add(new Marker(new SiteId(row.getString(1)), row.getString(2), row.getInt(3)));
                }
                return Set.copyOf(arrived);
            }
        }
    }

    /** Takes a token's markers and arrivals out of this site. */
    public void forget(String token) throws SQLException {
        for (String table : List.of("marker", "arrival")) {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM antiphon." + table + " WHERE mesh = ? AND token = ?")) {
                delete.setString(1, site.mesh().text());
                delete.setString(2, token);
                delete.executeUpdate();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
