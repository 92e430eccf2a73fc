package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A site's PostgreSQL database, and who we are there.
 *
 * <p>Nothing here holds a connection: each call opens its own, unless it says so. Every call throws {@link SiteUnreachableException} if that
 * fails, and {@link SiteException} for what a person has to mend.
 */
public record PostgresSite(MeshName mesh, SiteId id, String url, String user, String password) {

    /** What Antiphon is called in this database. */
    public DatabaseNames names() {
        return new DatabaseNames(mesh, id);
    }

    /** A new connection in auto-commit, to be closed by the caller. */
    public Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", names().slot() + "_site");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("loginTimeout", "20");
        properties.setProperty("tcpKeepAlive", "true");
        // Not through DriverManager, which offers the address to every driver on the class path and sees none in a
        // plug-in's class loader.
        Connection connection;
        try {
            connection = new org.postgresql.Driver().connect(url, properties);
        } catch (SQLException e) {
            throw SiteUnreachableException.from(this, e);
        }
        if (connection == null) {
            throw SiteUnreachableException.notPostgresql(this);
        }
        return connection;
    }

    /**
     * Puts into the database what capture and the sink need there: our schema, the publication, and full replica identity of the tables,
     * with the former one remembered. Repeating it changes nothing; with other tables, it adds those and lets go of the rest.
     *
     * <p>The slot is made by capture, and must be made afterwards: the time noted here is what the sink's guard compares rows of capture's
     * first snapshot with.
     */
    public void prepare(List<TableId> tables) throws SQLException {
        try (Connection connection = connect()) {
            new Preparation(this, connection).prepare(tables);
        }
    }

    /**
     * Takes everything of this mesh out of the database again, also when half of it is gone already.
     *
     * @param endOwnSessions whether sessions that still hold our slot or origins are ended; otherwise they are waited for a little
     * @throws SlotInUseException if something still reads the slot or holds an origin
     */
    public Removed remove(boolean endOwnSessions) throws SQLException {
        try (Connection connection = connect()) {
            return new Removal(this, connection, endOwnSessions).remove();
        }
    }

    /** The questions put into this site's log; holds one connection until closed. */
    public Markers markers() throws SQLException {
        return new Markers(this, connect());
    }

    /** How far the sink has applied each resolved topic-partition here; none when the site is not prepared. */
    public List<Position> positions() throws SQLException {
        try (Connection connection = connect()) {
            if (!Schema.isThere(connection)) {
                return List.of();
            }
            try (var query = connection.prepareStatement("""
                    SELECT resolved_topic, resolved_partition, cluster_id, topic_id, epoch, next_offset, version, applied
                    FROM antiphon.position WHERE mesh = ? ORDER BY resolved_topic, resolved_partition""")) {
                query.setString(1, mesh.text());
                try (ResultSet row = query.executeQuery()) {
                    var positions = new ArrayList<Position>();
                    while (row.next()) {
                        positions.add(new Position(
                                row.getString(1),
                                row.getInt(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7),
                                row.getLong(8)));
                    }
                    return positions;
                }
            }
        }
    }

    /** The columns of these tables that the database computes itself, and which therefore are not to be captured. */
    public Map<TableId, Set<String>> generatedColumns(List<TableId> tables) throws SQLException {
        try (Connection connection = connect();
                var query = connection.prepareStatement("""
                        SELECT table_name, column_name FROM information_schema.columns
                        WHERE table_schema = ? AND is_generated = 'ALWAYS'""")) {
            var generated = new TreeMap<TableId, Set<String>>();
            for (String schema :
                    new TreeSet<>(tables.stream().map(TableId::schema).toList())) {
                query.setString(1, schema);
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        var table = new TableId(schema, row.getString(1));
                        if (tables.contains(table)) {
                            generated
                                    .computeIfAbsent(table, first -> new TreeSet<>())
                                    .add(row.getString(2));
                        }
                    }
                }
            }
            return generated;
        }
    }

    /**
     * These values, by column, empty for NULL, as the database stores them when an application gives them; nothing of it stays.
     *
     * @throws SiteException if the table has no such column, or a value is none of its column's
     */
    public List<StoredValue> asStored(TableId table, Map<String, Optional<String>> given) throws SQLException {
        try (Connection connection = connect()) {
            return StoredValue.of(this, connection, table, given);
        }
    }

    /** The slot capture reads from, if it is there. */
    public Optional<Slot> slot() throws SQLException {
        try (Connection connection = connect()) {
            return Slot.named(names().slot(), connection);
        }
    }

    /** Which database it is now. */
    public Lineage lineage() throws SQLException {
        try (Connection connection = connect()) {
            return Lineage.of(connection);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return id + " (" + url.replaceFirst("\\?.*$", "") + " as " + user + ")";
    }
}
