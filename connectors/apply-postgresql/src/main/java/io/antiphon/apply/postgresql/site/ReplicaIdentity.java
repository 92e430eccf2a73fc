package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of a row's former values PostgreSQL logs with an update or delete.
 *
 * @param letter as in {@code pg_class.relreplident}: {@code d}efault, {@code n}othing, {@code f}ull or {@code i}ndex
 * @param index the index's name for {@code i}
 */
record ReplicaIdentity(String letter, @Nullable String index) {
    static final ReplicaIdentity FULL = new ReplicaIdentity("f", null);

    boolean isFull() {
        return letter.equals("f");
    }

    /** Of a table as it is now; empty if there is no such table. */
    static Optional<ReplicaIdentity> of(TableId table, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT c.relreplident::text, (SELECT i.relname FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid
                                              WHERE indrelid = c.oid AND indisreplident)
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')""")) {
            query.setString(1, table.schema());
            query.setString(2, table.name());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                String letter = row.getString(1);
                return Optional.of(new ReplicaIdentity(letter, letter.equals("i") ? row.getString(2) : null));
            }
        }
    }

    void set(TableId table, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(statementFor(table));
        }
    }

    String statementFor(TableId table) {
        String identity =
                switch (letter) {
                    case "d" -> "DEFAULT";
                    case "n" -> "NOTHING";
                    case "f" -> "FULL";
                    // The index was dropped while it served, and PostgreSQL then treats it as NOTHING.
                    case "i" -> index == null ? "NOTHING" : "USING INDEX " + SqlText.identifier(index);
                    default -> throw new IllegalArgumentException("'" + letter + "' is no replica identity");
                };
        return "ALTER TABLE " + SqlText.table(table) + " REPLICA IDENTITY " + identity;
    }

    /** The tables whose former identity a mesh remembers. */
    static List<TableId> remembered(String mesh, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT table_schema, table_name FROM antiphon.former_identity WHERE mesh = ? ORDER BY 1, 2")) {
            query.setString(1, mesh);
            try (ResultSet row = query.executeQuery()) {
                var tables = new ArrayList<TableId>();
                while (row.next()) {
                    tables.add(new TableId(row.getString(1), row.getString(2)));
                }
                return tables;
            }
        }
    }

    /** Notes this as a table's former identity, unless one is noted already. */
    void remember(String mesh, TableId table, Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO antiphon.former_identity (mesh, table_schema, table_name, identity, index_name)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""")) {
            insert.setString(1, mesh);
            insert.setString(2, table.schema());
            insert.setString(3, table.name());
            insert.setString(4, letter);
            insert.setString(5, index);
            insert.executeUpdate();
        }
    }

    /**
     * Takes the note back and restores what it says. Another mesh that has the same table inherits the note instead, and one that somebody
     * has changed meanwhile is left as it is.
     */
    static void restore(String mesh, TableId table, Connection connection) throws SQLException {
        Optional<ReplicaIdentity> former = forget(mesh, table, connection);
        if (former.isEmpty() || bequeath(former.get(), table, connection)) {
            return;
        }
        Optional<ReplicaIdentity> now = of(table, connection);
        if (now.isPresent() && now.get().isFull() && !former.get().isFull()) {
            former.get().orDefaultIfItsIndexIsGone(table, connection).set(table, connection);
        }
    }

    private static Optional<ReplicaIdentity> forget(String mesh, TableId table, Connection connection)
            throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("""
                DELETE FROM antiphon.former_identity WHERE mesh = ? AND table_schema = ? AND table_name = ?
                RETURNING identity, index_name""")) {
            delete.setString(1, mesh);
            delete.setString(2, table.schema());
            delete.setString(3, table.name());
            try (ResultSet row = delete.executeQuery()) {
                return row.next()
                        ? Optional.of(new ReplicaIdentity(row.getString(1), row.getString(2)))
                        : Optional.empty();
            }
        }
    }

    private static boolean bequeath(ReplicaIdentity former, TableId table, Connection connection) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE antiphon.former_identity
                SET (identity, index_name) = (SELECT CASE identity WHEN 'f' THEN ? ELSE identity END,
                                                     CASE identity WHEN 'f' THEN ? ELSE index_name END)
                WHERE table_schema = ? AND table_name = ?""")) {
            update.setString(1, former.letter);
            update.setString(2, former.index);
            update.setString(3, table.schema());
            update.setString(4, table.name());
            return update.executeUpdate() > 0;
        }
    }

    private ReplicaIdentity orDefaultIfItsIndexIsGone(TableId table, Connection connection) throws SQLException {
        if (!letter.equals("i")) {
            return this;
        }
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_class AS c ON c.oid = indrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ? AND i.relname = ? AND indisunique AND indimmediate AND indisvalid""")) {
            query.setString(1, table.schema());
            query.setString(2, table.name());
            query.setString(3, index);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? this : new ReplicaIdentity("d", null);
            }
        }
    }
}
