package io.antiphon.apply.postgresql;

import io.antiphon.apply.TroubleException;
import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * A table as the catalogue describes it.
 *
 * @param columns those that can be written: generated ones are not among them
 */
record Table(String schema, String name, List<Column> columns) {
    // topic names cannot spell every identifier; the same letters are taken out of the catalogue's names
    private static final String FIND = """
            SELECT c.oid, n.nspname, c.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p')
              AND regexp_replace(n.nspname || '.' || c.relname, '[^a-zA-Z0-9._-]', '_', 'g') = ?
            """;

    private static final String DESCRIBE = """
            WITH RECURSIVE typed AS (
              SELECT a.attnum, a.attname, a.attidentity, a.atttypmod AS modifier,
                     t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typelem, t.typcategory
              FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
              WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            UNION ALL
              SELECT d.attnum, d.attname, d.attidentity, d.typtypmod,
                     t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typelem, t.typcategory
              FROM typed d JOIN pg_catalog.pg_type t ON t.oid = d.typbasetype
              WHERE d.typtype = 'd'
            ), key AS (
              SELECT k.attnum, k.place
              FROM pg_catalog.pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
              WHERE i.indrelid = ?::oid AND i.indisprimary AND k.place <= i.indnkeyatts
            )
            SELECT c.attname, pg_catalog.format_type(c.oid, -1), c.oid,
                   CASE WHEN c.typcategory = 'A' THEN c.typelem::bigint ELSE 0 END,
                   c.modifier, coalesce(k.place - 1, -1), c.attidentity = 'a'
            FROM typed c LEFT JOIN key k ON k.attnum = c.attnum
            WHERE c.typtype <> 'd'
            ORDER BY c.attnum
            """;

    // a replica session skips the trigger behind a deferrable constraint, and so the constraint, unless it is told to
    // fire always
    private static final String UNCHECKED = """
            SELECT c.conname, g.tgname
            FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_trigger g ON g.tgconstraint = c.oid
            WHERE c.conrelid = ?::oid AND c.contype IN ('p', 'u', 'x') AND c.condeferrable AND g.tgenabled NOT IN ('A', 'R')
            """;

    Table {
        columns = List.copyOf(columns);
    }

    /** Reads the table from the catalogue; a missing one is waited for. */
    static Table read(Connection connection, TableId id) throws SQLException {
        long oid = 0;
        String schema = "";
        String name = "";
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            find.setString(1, id.toString());
            try (ResultSet found = find.executeQuery()) {
                while (found.next()) {
                    boolean exact = found.getString(2).equals(id.schema())
                            && found.getString(3).equals(id.name());
                    if (oid != 0 && !exact) {
                        continue;
                    }
                    oid = found.getLong(1);
                    schema = found.getString(2);
                    name = found.getString(3);
                    if (exact) {
                        break;
                    }
                }
            }
        }
        if (oid == 0) {
            throw new TroubleException(
                    "table " + id + " is not there: create it with the columns and the primary key it has at the other"
                            + " sites, or take it out of the configuration",
                    false);
        }
        var table = new Table(schema, name, columns(connection, oid));
        table.refuseUnchecked(connection, oid);
        if (table.key().isEmpty()) {
            throw new ConnectException(
                    "table " + id + " has no primary key: give it the one it has at the other sites");
        }
        return table;
    }

    private void refuseUnchecked(Connection connection, long oid) throws SQLException {
        try (PreparedStatement unchecked = connection.prepareStatement(UNCHECKED)) {
            unchecked.setLong(1, oid);
            try (ResultSet found = unchecked.executeQuery()) {
                if (found.next()) {
                    throw new ConnectException("constraint " + found.getString(1) + " of " + quoted()
                            + " is deferrable, which a replica does not check: make it not deferrable, or run, as a superuser,"
                            + " ALTER TABLE " + quoted() + " ENABLE ALWAYS TRIGGER "
                            + Column.quote(found.getString(2)));
                }
            }
        }
    }

    private static List<Column> columns(Connection connection, long oid) throws SQLException {
        var columns = new ArrayList<Column>();
        try (PreparedStatement describe = connection.prepareStatement(DESCRIBE)) {
            describe.setLong(1, oid);
            describe.setLong(2, oid);
            try (ResultSet found = describe.executeQuery()) {
                while (found.next()) {
                    columns.add(new Column(
                            found.getString(1),
                            found.getString(2),
                            found.getLong(3),
                            found.getLong(4),
                            found.getInt(5),
                            found.getInt(6),
                            found.getBoolean(7)));
                }
            }
        }
        return columns;
    }

    List<Column> key() {
        return columns.stream()
                .filter(Column::isKey)
                .sorted(Comparator.comparingInt(Column::key))
                .toList();
    }

    Optional<Column> column(String columnName) {
        return columns.stream()
                .filter(column -> column.name().equals(columnName))
                .findFirst();
    }

    String quoted() {
        return Column.quote(schema) + "." + Column.quote(name);
    }
}
