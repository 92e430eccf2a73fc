package io.antiphon.apply.postgresql;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A unique index besides the primary key, as the catalogue describes it.
 *
 * @param values what is unique, as expressions over the table's columns
 * @param columns those of the values that are plain columns
 * @param uses every column it reads
 * @param where of a partial index
 * @param nullsEqual whether NULL is a value like any other
 */
record UniqueIndex(
        List<String> values,
        List<String> columns,
        Set<String> uses,
        @Nullable String where,
        boolean nullsEqual) {
    private static final String FIND = """
            SELECT (SELECT array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, n, true) ORDER BY n)
                    FROM generate_series(1, i.indnkeyatts) AS n),
                   (SELECT array_agg(a.attname::text ORDER BY k.place)
                    FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                    WHERE k.place <= i.indnkeyatts),
                   (SELECT array_agg(DISTINCT a.attname::text) FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = i.indrelid AND (a.attnum = ANY (i.indkey) OR a.attnum IN
                      (SELECT d.refobjsubid FROM pg_catalog.pg_depend d
                       WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid))),
                   pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), i.indnullsnotdistinct
            FROM pg_catalog.pg_index i
            WHERE i.indrelid = ?::regclass AND i.indisunique AND NOT i.indisprimary AND i.indisvalid
            ORDER BY i.indexrelid
            """;

    static List<UniqueIndex> of(Connection connection, Table table) throws SQLException {
        var found = new ArrayList<UniqueIndex>();
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            find.setString(1, table.quoted());
            try (ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    found.add(new UniqueIndex(
                            texts(rows.getArray(1)),
                            texts(rows.getArray(2)),
                            Set.copyOf(texts(rows.getArray(3))),
                            rows.getString(4),
                            rows.getBoolean(5)));
                }
            }
        }
        return found;
    }

    private static List<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    /** Whether these columns are enough to know what a row's unique values are. */
    boolean isKnownFrom(List<Writing.Cell> cells) {
        return cells.stream()
                .map(cell -> cell.column().name())
                .collect(Collectors.toSet())
                .containsAll(uses);
    }

    /**
     * The rows that have the unique values of another: their key as texts, and then the key and the index's columns as JSON.
     *
     * <p>Takes the other row's columns' arrays.
     */
    String holders(Table table, List<Writing.Cell> cells, List<Writing.Cell> key) {
        String given = "SELECT "
                + IntStream.range(0, cells.size())
                        .mapToObj(i -> Statements.value("r", i, cells.get(i)) + " AS "
                                + cells.get(i).column().quoted())
                        .collect(Collectors.joining(", "))
                + " FROM unnest(" + Statements.parameters(cells) + ") AS r(" + Statements.names(cells) + ")";
        return "SELECT " + numbered("h.k%d::text", key.size()) + ", h.shown FROM (SELECT " + named("k", quoted(key))
                + ", "
                + named("u", values) + ", " + shown(key) + " AS shown FROM " + table.quoted() + condition()
                + ") AS h JOIN (SELECT "
                + named("k", quoted(key)) + ", " + named("u", values) + " FROM (" + given + ") AS g" + condition()
                + ") AS n ON " + equal() + " WHERE (" + numbered("h.k%d", key.size()) + ") IS DISTINCT FROM ("
                + numbered("n.k%d", key.size()) + ")";
    }

    private String condition() {
        return where == null ? "" : " WHERE " + where;
    }

    private String equal() {
        return IntStream.range(0, values.size())
                .mapToObj(i -> nullsEqual
                        ? "(h.u" + i + " = n.u" + i + " OR h.u" + i + " IS NULL AND n.u" + i + " IS NULL)"
                        : "h.u" + i + " = n.u" + i)
                .collect(Collectors.joining(" AND "));
    }

    private String shown(List<Writing.Cell> key) {
        return "pg_catalog.jsonb_build_object("
                + Stream.concat(key.stream().map(cell -> cell.column().name()), columns.stream())
                        .distinct()
                        .map(name -> "'" + name.replace("'", "''") + "', " + Column.quote(name))
                        .collect(Collectors.joining(", "))
                + ")::text";
    }

    private static List<String> quoted(List<Writing.Cell> cells) {
        return cells.stream().map(cell -> cell.column().quoted()).toList();
    }

    private static String named(String prefix, List<String> expressions) {
        return IntStream.range(0, expressions.size())
                .mapToObj(i -> "(" + expressions.get(i) + ") AS " + prefix + i)
                .collect(Collectors.joining(", "));
    }

    private static String numbered(String pattern, int count) {
        return IntStream.range(0, count).mapToObj(pattern::formatted).collect(Collectors.joining(", "));
    }
}
