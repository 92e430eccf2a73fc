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

/**
 * A read-only connection to one site on which values are spelled the same as at every other.
 *
 * @param utf8 whether the database keeps its texts in UTF-8
 */
record Reader(PostgresSite site, Connection connection, boolean utf8) {
    private static final List<String> SPELLING = List.of(
            "SET search_path = ''",
            "SET extra_float_digits = 1",
            "SET \"TimeZone\" = 'UTC'",
            "SET \"DateStyle\" = 'ISO, YMD'",
            "SET \"IntervalStyle\" = 'iso_8601'",
            "SET bytea_output = 'hex'",
            "SET lc_monetary = 'C'",
            "SET xmlbinary = 'base64'",
            "SET default_transaction_read_only = on",
            // Better an error than rows that are hidden from us and then said to be missing.
            "SET row_security = off");

    /** Something read from the database. */
    interface Reading<T> {
        T read() throws SQLException;
    }

    static Reader of(PostgresSite site) {
        Connection connection = null;
        try {
            connection = site.connect();
            try (Statement statement = connection.createStatement()) {
                for (String setting : SPELLING) {
                    statement.execute(setting);
                }
            }
            boolean utf8 = Schema.holds(connection, "SELECT current_setting('server_encoding') = 'UTF8'");
            connection.setAutoCommit(false);
            return new Reader(site, connection, utf8);
        } catch (SQLException e) {
            close(connection);
            throw unreadable(site, "the database", e);
        }
    }

    Optional<Shape> shape(TableId table) {
        return reading(table, () -> Shape.of(table, connection));
    }

    RowStream rows(ComparedTable table) {
        return reading(table.id(), () -> {
            var rows = new RowStream(this, table);
            rows.advance();
            return rows;
        });
    }

    /** What is at these keys now: the digest of each column, or empty where there is no row. */
    List<Optional<List<String>>> at(ComparedTable table, List<List<String>> keys) {
        return reading(table.id(), () -> {
            var rows = new ArrayList<Optional<List<String>>>();
            keys.forEach(key -> rows.add(Optional.empty()));
            try (PreparedStatement query = connection.prepareStatement(table.rowsOfKeysSql())) {
                for (int i = 0; i < table.key().size(); i++) {
                    int column = i;
                    query.setArray(
                            i + 1,
                            connection.createArrayOf(
                                    "text",
                                    keys.stream().map(key -> key.get(column)).toArray()));
                }
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        if (row.getBoolean(2)) {
                            rows.set((int) row.getLong(1) - 1, Optional.of(List.of((String[])
                                    row.getArray(3).getArray())));
                        }
                    }
                }
            }
            connection.rollback();
            return rows;
        });
    }

    <T> T reading(TableId table, Reading<T> reading) {
        try {
            return reading.read();
        } catch (SQLException e) {
            throw unreadable(site, table.toString(), e);
        }
    }

    private static SiteException unreadable(PostgresSite site, String what, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = e.getMessage() == null
                ? ""
                : e.getMessage().lines().findFirst().orElse("").strip();
        String mend =
                switch (state.isEmpty() ? "" : state.substring(0, 2)) {
                    case "42" -> "see antiphon doctor";
                    case "08", "57" -> "try again when the database can be reached";
                    default -> "see the log of the server";
                };
        return new SiteException(site.id(), what + " cannot be read (" + said + ")", mend, e);
    }

    private static void close(@org.jspecify.annotations.Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // The failure that led here is what matters.
                return;
            }
        }
    }
}
