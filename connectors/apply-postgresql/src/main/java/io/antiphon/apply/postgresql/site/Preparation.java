package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes a site ready for capture and the sink, in small transactions each of which can be repeated. */
final class Preparation {
    private static final int PUBLISHES_GENERATED_COLUMNS = 18;

    private final PostgresSite site;
    private final Connection connection;
    private final Transaction transaction;
    private final String mesh;

    Preparation(PostgresSite site, Connection connection) {
        this.site = site;
        this.connection = connection;
        this.transaction = new Transaction(site, connection);
        this.mesh = site.mesh().text();
    }

    void prepare(List<TableId> tables) throws SQLException {
        transaction.run("the schema antiphon", () -> {
            Schema.create(connection);
            registerSite();
        });
        for (TableId table : tables) {
            transaction.run(table.toString(), () -> logWholeRows(table));
        }
        transaction.run("a table", () -> publish(tables));
        var dropped = new ArrayList<>(ReplicaIdentity.remembered(mesh, connection));
        dropped.removeAll(tables);
        for (TableId table : dropped) {
            transaction.run(table.toString(), () -> ReplicaIdentity.restore(mesh, table, connection));
        }
    }

    private void registerSite() throws SQLException {
        refuseAnotherSiteOrLayout();
        boolean untouched = Slot.named(site.names().slot(), connection).isEmpty() && !anythingApplied();
        // The time may move only while nothing can be on its way that was decided from an earlier snapshot: it lets the
        // sink overwrite.
        execute("""
                INSERT INTO antiphon.site (mesh, site, layout, prepared_at) VALUES (?, ?, ?::int, clock_timestamp())
                ON CONFLICT (mesh) DO UPDATE SET prepared_at = excluded.prepared_at WHERE ?::boolean""", mesh, site.id().text(), Integer.toString(Schema.LAYOUT), Boolean.toString(untouched));
        execute("INSERT INTO antiphon.heartbeat (mesh, beat) VALUES (?, 0) ON CONFLICT DO NOTHING", mesh);
    }

    private void refuseAnotherSiteOrLayout() throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT site, layout FROM antiphon.site WHERE mesh = ?")) {
            query.setString(1, mesh);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return;
                }
                if (!row.getString(1).equals(site.id().text())) {
                    throw new SiteException(
                            site.id(),
                            "this database is already the site " + row.getString(1) + " of mesh " + mesh,
                            "correct the url, or run antiphon remove with the former configuration first");
                }
                if (row.getInt(2) != Schema.LAYOUT) {
                    throw new SiteException(
                            site.id(),
                            "its schema antiphon has layout " + row.getInt(2) + ", and this version knows "
                                    + Schema.LAYOUT,
                            "use the version that prepared it, or run its antiphon remove first");
                }
            }
        }
    }

    private boolean anythingApplied() throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT EXISTS (SELECT FROM antiphon.position WHERE mesh = ?)")) {
            query.setString(1, mesh);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private void logWholeRows(TableId table) throws SQLException {
        ReplicaIdentity now = ReplicaIdentity.of(table, connection)
                .orElseThrow(() -> new SiteException(
                        site.id(),
                        "there is no table " + table,
                        "create it as it is at the other sites, or correct its name"));
        now.remember(mesh, table, connection);
        if (!now.isFull()) {
            ReplicaIdentity.FULL.set(table, connection);
        }
    }

    private void publish(List<TableId> tables) throws SQLException {
        var wanted = new TreeSet<>(Schema.captured());
        wanted.addAll(tables);
        String publication = SqlText.identifier(site.names().publication());
        try (Statement statement = connection.createStatement()) {
            if (!Publication.isThere(site, connection)) {
                statement.execute("CREATE PUBLICATION " + publication + " FOR TABLE " + SqlText.tables(wanted));
                publishGenerated(publication, statement);
                return;
            }
            publishGenerated(publication, statement);
            Set<TableId> published = Publication.tables(site, connection);
            if (!published.equals(wanted)) {
                statement.execute("ALTER PUBLICATION " + publication + " SET TABLE " + SqlText.tables(wanted));
            }
        }
    }

    /** From 18 on PostgreSQL refuses every update of a table whose full replica identity has a column that is not published. */
    private void publishGenerated(String publication, Statement statement) throws SQLException {
        if (connection.getMetaData().getDatabaseMajorVersion() >= PUBLISHES_GENERATED_COLUMNS) {
            statement.execute("ALTER PUBLICATION " + publication + " SET (publish_generated_columns = stored)");
        }
    }

    private void execute(String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
