package io.antiphon.apply.postgresql.site;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The interval columns of a table that may hold {@code infinity}, as PostgreSQL lets them from 17 on.
 *
 * <p>Debezium reads such a value as zero before any code of ours sees it, and zero is an interval too, so that nobody could tell later: only
 * the database itself can refuse it, by a check.
 */
final class InfiniteIntervals {
    static final String PROBLEM = "holds interval 'infinity', which capture hands on as zero";

    private static final int SINCE = 17;

    private final Shape shape;
    private final Connection connection;

    InfiniteIntervals(Shape shape, Connection connection) {
        this.shape = shape;
        this.connection = connection;
    }

    /** Those without a check that keeps infinity out. */
    List<Shape.Column> possible() throws SQLException {
        if (connection.getMetaData().getDatabaseMajorVersion() < SINCE) {
            return List.of();
        }
        var unchecked = new ArrayList<Shape.Column>();
        for (Shape.Column column : shape.columns()) {
            if (column.base().equals("interval") && !checked(column)) {
                unchecked.add(column);
            }
        }
        return unchecked;
    }

    /** Whether any row holds one; reads the whole table. */
    boolean isIn(Shape.Column column) throws SQLException {
        return Schema.holds(connection, "SELECT EXISTS (" + finding("", column) + ")");
    }

    /** The query that finds the rows, by their keys. */
    String finding(Shape.Column column) {
        return finding(SqlText.identifiers(shape.key().map(Shape.Key::columns).orElse(List.of())) + " ", column);
    }

    private String finding(String what, Shape.Column column) {
        return "SELECT " + what + "FROM " + SqlText.table(shape.table()) + " WHERE NOT isfinite("
                + SqlText.identifier(column.name()) + ")";
    }

    private boolean checked(Shape.Column column) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT EXISTS (SELECT FROM pg_constraint, pg_get_constraintdef(oid) AS definition
                               WHERE conrelid = ? AND contype = 'c' AND convalidated
                                     AND (strpos(definition, format('isfinite(%I)', ?)) > 0
                                          OR strpos(definition, format('isfinite((%I)::interval)', ?)) > 0)
                                     AND strpos(definition, ' OR ') = 0)""")) {
            query.setLong(1, shape.oid());
            query.setString(2, column.name());
            query.setString(3, column.name());
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
