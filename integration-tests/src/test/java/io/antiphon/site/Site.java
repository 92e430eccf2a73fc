package io.antiphon.site;

import static io.antiphon.site.Eventually.eventually;

import io.antiphon.local.stack.ConnectRest;
import io.antiphon.mesh.SiteId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;

/**
 * A site as a test speaks of it: what applications write there, what it holds, and whether it hears and is heard.
 *
 * <p>A row is spoken of as PostgreSQL writes it: {@code (1,Ada,London)}.
 */
public final class Site {
    private final SiteId id;
    private final Database database;
    private final String schema;
    private final Hearing hearing;

    Site(SiteId id, Database database, String schema, Hearing hearing) {
        this.id = id;
        this.database = database;
        this.schema = schema;
        this.hearing = hearing;
    }

    /** A database by itself: what is connected to it, if anything is, was not started by the test. */
    public static Site alone(String name, Database database) {
        return new Site(new SiteId(name), database, "public", () -> {
            throw new IllegalStateException(name + " is in no mesh of the test's");
        });
    }

    /** The same site with table names looked up in this schema. */
    public Site in(String other) {
        return new Site(id, database, other, hearing);
    }

    public SiteId id() {
        return id;
    }

    public Database database() {
        return database;
    }

    /** Commits these statements as one transaction of an application. */
    public void writes(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(id + " refuses a write: " + e.getMessage(), e);
        }
    }

    /** The row with this {@code id}. */
    public Optional<String> row(String table, Object key) {
        return rowWhere(table, "id = '" + key + "'");
    }

    /** The only row of which this is true. */
    public Optional<String> rowWhere(String table, String condition) {
        List<String> found = strings("SELECT whole_row::text FROM " + table + " whole_row WHERE " + condition);
        Assertions.assertThat(found)
                .as("%s where %s at %s", table, condition, id)
                .hasSizeLessThan(2);
        return found.stream().findFirst();
    }

    /** Every row, in no particular order of meaning, but the same at every site that has the same rows. */
    public List<String> rows(String table) {
        return strings("SELECT whole_row::text FROM " + table + " whole_row ORDER BY whole_row::text COLLATE \"C\"");
    }

    /** The first column of what a query finds, as texts. */
    public List<String> strings(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            var texts = new ArrayList<String>();
            while (found.next()) {
                texts.add(found.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(id + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Waits until the row with this {@code id} is this one. */
    public void comesToHold(String table, Object key, String row) {
        eventually(() -> Assertions.assertThat(row(table, key))
                .as("%s %s at %s", table, key, id)
                .contains(row));
    }

    /** Waits until there is no row with this {@code id}. */
    public void comesToLose(String table, Object key) {
        eventually(() -> Assertions.assertThat(row(table, key))
                .as("%s %s at %s", table, key, id)
                .isEmpty());
    }

    /** Counts what is written to a table from here on, out of the database's own log. */
    public WriteCount counting(String table) {
        return WriteCount.from(this, table.contains(".") ? table : schema + "." + table);
    }

    /** Nothing is applied here until {@link #hearsAgain}. */
    public void hearsNothing() {
        hearing.connect().pause("apply-" + id);
    }

    public void hearsAgain() {
        hearing.connect().resume("apply-" + id);
    }

    /** Nothing that is written here is captured until {@link #speaksAgain}. */
    public void saysNothing() {
        hearing.connect().pause("capture-" + id);
    }

    public void speaksAgain() {
        hearing.connect().resume("capture-" + id);
    }

    /** Neither hears nor is heard, until {@link #isConnected}. */
    public void isCutOff() {
        hearsNothing();
        saysNothing();
    }

    public void isConnected() {
        speaksAgain();
        hearsAgain();
    }

    /** A connection of an application, which has values spelled as every other has, whatever the database was told. */
    public Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(database.url(), database.user(), database.password());
        connection.setSchema(schema);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET \"IntervalStyle\" = postgres; SET bytea_output = hex; SET extra_float_digits = 1");
        }
        return connection;
    }

    @Override
    public String toString() {
        return id.toString();
    }

    /** How the pipeline of a site is reached; there is none before the mesh has started. */
    @FunctionalInterface
    interface Hearing {
        ConnectRest connect();
    }
}
