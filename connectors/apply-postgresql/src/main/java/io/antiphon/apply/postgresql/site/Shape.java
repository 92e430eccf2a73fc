package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a relation looks like in the catalogue.
 *
 * @param kind as in {@code pg_class.relkind}: {@code r} for an ordinary table
 * @param persistence as in {@code pg_class.relpersistence}: {@code p} for one that survives a crash
 * @param columns in the table's order, without dropped ones
 * @param key the primary key
 * @param estimatedRows as of the last ANALYZE; negative when there was none
 */
record Shape(
        TableId table,
        long oid,
        String kind,
        String persistence,
        List<Column> columns,
        Optional<Key> key,
        long estimatedRows) {

    /**
     * A column.
     *
     * @param type as SQL spells it, with modifiers and schema
     * @param base the name of the type under all domains, within {@code pg_catalog}; empty for a type from elsewhere
     * @param labels an enum's, or those of an array of enums, in their order
     * @param sharp whether equal values have equal bytes, as far as its collation goes
     */
    record Column(String name, String type, String base, boolean notNull, List<String> labels, boolean sharp) {
        boolean isEnum() {
            return !labels.isEmpty() && !type.endsWith("[]");
        }
    }

    /** A primary key, its columns in key order. */
    record Key(String constraint, List<String> columns, boolean deferrable) {}

    /**
     * What numbers a unique column.
     *
     * @param sql its name as SQL spells it
     * @param next the next number it gives, as far as we may see
     */
    record Sequence(
            String column,
            String sql,
            BigInteger next,
            BigInteger increment,
            BigInteger min,
            BigInteger max,
            boolean cycles) {}

    static Optional<Shape> of(TableId table, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT c.oid, c.relkind::text, c.relpersistence::text, c.reltuples::bigint
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')""")) {
            query.setString(1, table.schema());
            query.setString(2, table.name());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                long oid = row.getLong(1);
                return Optional.of(new Shape(
                        table,
                        oid,
                        row.getString(2),
                        row.getString(3),
                        columns(oid, connection),
                        key(oid, connection),
                        row.getLong(4)));
            }
        }
    }

    @Nullable
    Column column(String name) {
        return columns.stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    List<Column> keyColumns() {
        var found = new ArrayList<Column>();
        for (String name : key.map(Key::columns).orElse(List.of())) {
            Column column = column(name);
            if (column != null) {
                found.add(column);
            }
        }
        return found;
    }

    private static List<Column> columns(long oid, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                WITH RECURSIVE under (attnum, type) AS (
                    SELECT attnum, atttypid FROM pg_attribute WHERE attrelid = ? AND attnum > 0 AND NOT attisdropped
                    UNION ALL
                    SELECT attnum, typbasetype FROM under JOIN pg_type AS t ON t.oid = type WHERE typtype = 'd')
                SELECT a.attname, format_type(a.atttypid, a.atttypmod),
                       CASE WHEN b.typnamespace = 'pg_catalog'::regnamespace THEN b.typname ELSE '' END, a.attnotnull,
                       ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid IN (b.oid, b.typelem) ORDER BY enumsortorder),
                       coalesce((SELECT collisdeterministic FROM pg_collation AS l WHERE l.oid = a.attcollation), true)
                FROM pg_attribute AS a JOIN under USING (attnum) JOIN pg_type AS b ON b.oid = type AND b.typtype <> 'd'
                WHERE a.attrelid = ? ORDER BY attnum""")) {
            query.setLong(1, oid);
            query.setLong(2, oid);
            try (ResultSet row = query.executeQuery()) {
                var columns = new ArrayList<Column>();
                while (row.next()) {
                    columns.add(new Column(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            row.getBoolean(4),
                            texts(row.getArray(5)),
                            row.getBoolean(6)));
                }
                return columns;
            }
        }
    }

    private static Optional<Key> key(long oid, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT o.conname, o.condeferrable,
                       ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, n)
                             JOIN pg_attribute AS a ON a.attrelid = o.conrelid AND a.attnum = k.attnum ORDER BY n)
                FROM pg_constraint AS o WHERE o.conrelid = ? AND o.contype = 'p'""")) {
            query.setLong(1, oid);
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(new Key(row.getString(1), texts(row.getArray(3)), row.getBoolean(2)))
                        : Optional.empty();
            }
        }
    }

    /** The sequences behind unique columns, whether {@code IDENTITY}, {@code serial} or a default written by hand. */
    List<Sequence> sequences(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT DISTINCT a.attname, s.seqrelid::regclass::text, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle,
                       has_sequence_privilege(s.seqrelid, 'SELECT')
                FROM pg_attribute AS a
                JOIN LATERAL (
                    SELECT objid AS seqrelid FROM pg_depend
                    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
                          AND refobjid = a.attrelid AND refobjsubid = a.attnum AND deptype = 'i'
                    UNION
                    SELECT d.refobjid FROM pg_attrdef AS f JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                    WHERE d.refclassid = 'pg_class'::regclass AND f.adrelid = a.attrelid AND f.adnum = a.attnum) AS q ON true
                JOIN pg_sequence AS s ON s.seqrelid = q.seqrelid
                WHERE a.attrelid = ? AND EXISTS (
                    SELECT FROM pg_index WHERE indrelid = a.attrelid AND indisunique AND a.attnum = ANY (indkey::int2[]))
                ORDER BY 1, 2""")) {
            query.setLong(1, oid);
            try (ResultSet row = query.executeQuery()) {
                var sequences = new ArrayList<Sequence>();
                while (row.next()) {
                    String sql = row.getString(2);
                    BigInteger increment = BigInteger.valueOf(row.getLong(4));
                    BigInteger start = BigInteger.valueOf(row.getLong(3));
                    sequences.add(new Sequence(
                            row.getString(1),
                            sql,
                            row.getBoolean(8) ? next(sql, increment, connection) : start,
                            increment,
                            BigInteger.valueOf(row.getLong(5)),
                            BigInteger.valueOf(row.getLong(6)),
                            row.getBoolean(7)));
                }
                return sequences;
            }
        }
    }

    private static BigInteger next(String sequence, BigInteger increment, Connection connection) throws SQLException {
        try (var query = connection.createStatement();
                ResultSet row = query.executeQuery("SELECT last_value, is_called FROM " + sequence)) {
            row.next();
            BigInteger last = BigInteger.valueOf(row.getLong(1));
            return row.getBoolean(2) ? last.add(increment) : last;
        }
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
