package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;

/** The list of tables whose changes the site's slot decodes for capture. */
final class Publication {
    private Publication() {}

    static boolean isThere(PostgresSite site, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT FROM pg_publication WHERE pubname = ?")) {
            query.setString(1, site.names().publication());
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    static Set<TableId> tables(PostgresSite site, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT n.nspname, c.relname
                FROM pg_publication AS p JOIN pg_publication_rel AS r ON r.prpubid = p.oid
                JOIN pg_class AS c ON c.oid = r.prrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE p.pubname = ?""")) {
            query.setString(1, site.names().publication());
            try (ResultSet row = query.executeQuery()) {
                var tables = new TreeSet<TableId>();
                while (row.next()) {
                    tables.add(new TableId(row.getString(1), row.getString(2)));
                }
                return tables;
            }
        }
    }

    static void drop(PostgresSite site, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP PUBLICATION IF EXISTS "
                    + SqlText.identifier(site.names().publication()));
        }
    }
}
