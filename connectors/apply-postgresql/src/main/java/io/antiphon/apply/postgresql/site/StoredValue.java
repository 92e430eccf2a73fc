package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value of one column as a database stores it when an application gives it.
 *
 * @param column as the catalogue spells it
 * @param type as SQL spells it, with modifiers
 * @param base name of the type under all domains, empty for a type that is not PostgreSQL's own
 * @param keyPlace where the column stands in the primary key, from 0; -1 where it is not of it
 * @param text PostgreSQL's own text of it, dates and times in ISO style and UTC; null is NULL
 */
public record StoredValue(
        String column,
        String type,
        String base,
        int keyPlace,
        @Nullable String text) {
    private static final String TRIED = "pg_temp.antiphon_given";

    /** Has the database take the values in, as it would from an application, and forgets them again. */
    static List<StoredValue> of(
            PostgresSite site, Connection connection, TableId table, Map<String, Optional<String>> given)
            throws SQLException {
        Shape shape = Shape.of(table, connection)
                .orElseThrow(() -> new SiteException(site.id(), "there is no table " + table, "create it"));
        List<String> key = shape.key().map(Shape.Key::columns).orElse(List.of());
        var columns = new ArrayList<Shape.Column>();
        for (String name : given.keySet()) {
            columns.add(column(name, shape, site));
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL datestyle = 'ISO, YMD'");
            statement.execute("SET LOCAL timezone = 'UTC'");
            statement.execute("SET LOCAL extra_float_digits = 1");
            String names = columns.stream()
                    .map(column -> SqlText.identifier(column.name()))
                    .collect(Collectors.joining(", "));
            statement.execute("CREATE TEMPORARY TABLE antiphon_given ON COMMIT DROP AS SELECT " + names + " FROM "
                    + SqlText.table(table) + " WHERE false");
            insert(site, connection, columns, given);
            try (ResultSet row = statement.executeQuery("SELECT "
                    + columns.stream().map(StoredValue::text).collect(Collectors.joining(", ")) + " FROM " + TRIED)) {
                row.next();
                var stored = new ArrayList<StoredValue>();
                for (int i = 0; i < columns.size(); i++) {
                    Shape.Column column = columns.get(i);
                    stored.add(new StoredValue(
                            column.name(),
                            column.type(),
                            column.base(),
                            key.indexOf(column.name()),
                            row.getString(i + 1)));
                }
                return stored;
            }
        } finally {
            connection.rollback();
        }
    }

    private static void insert(
            PostgresSite site, Connection connection, List<Shape.Column> columns, Map<String, Optional<String>> given)
            throws SQLException {
        String places = columns.stream().map(column -> "?").collect(Collectors.joining(", "));
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO " + TRIED + " VALUES (" + places + ")")) {
            int place = 1;
            for (Optional<String> text : given.values()) {
                // Of no type, so that the database reads it as the column's.
                insert.setObject(place++, text.orElse(null), Types.OTHER);
            }
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new SiteException(
                    site.id(),
                    "the row is none of this table: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    "write the values as an INSERT takes them",
                    e);
        }
    }

    /** Blanks at the end of a {@code char(n)} are part of what is stored, and a cast takes them away. */
    private static String text(Shape.Column column) {
        String name = SqlText.identifier(column.name());
        return column.base().equals("bpchar") ? name : name + "::text";
    }

    private static Shape.Column column(String name, Shape shape, PostgresSite site) {
        return shape.columns().stream()
                .filter(column ->
                        column.name().equals(name) || inAvro(column.name()).equals(name))
                .findFirst()
                .orElseThrow(() -> new SiteException(
                        site.id(),
                        "there is no column '" + name + "' in " + shape.table(),
                        "its columns are "
                                + shape.columns().stream()
                                        .map(Shape.Column::name)
                                        .collect(Collectors.joining(", "))));
    }

    /** As the conflict log shows a name whose characters a schema does not take. */
    private static String inAvro(String column) {
        return column.replaceAll("[^A-Za-z0-9_]", "_");
    }
}
