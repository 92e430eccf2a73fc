package io.antiphon.local.bench;

import io.antiphon.local.postgres.LocalPostgres;
import io.antiphon.local.stack.StackException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.postgresql.PGConnection;

/**
 * What an application writes at one site.
 *
 * <p>The loops run inside the database, so that whoever writes takes as little of the machine as possible from whoever is measured.
 */
final class Load implements AutoCloseable {
    static final String TABLE = """
            CREATE TABLE item (
                id bigint PRIMARY KEY, name text NOT NULL, city text, amount bigint NOT NULL, changed timestamptz NOT NULL)
            """;

    /** Rows whose number both sites add to. */
    static final String COUNTERS = "CREATE TABLE counter (id bigint PRIMARY KEY, amount bigint NOT NULL)";

    /** Two tables alike, with something for every merge. */
    static final String VARIOUS = """
            CREATE TABLE plain (
                id bigint PRIMARY KEY, name text, owner text, street text, city text, most bigint, least bigint,
                amount bigint, tags text[], more jsonb);
            CREATE TABLE merged (LIKE plain INCLUDING ALL)
            """;

    private static final String ROW = "i, 'item number ' || i, 'city ' || i % 100, i % 1000, clock_timestamp()";

    /** How many of the last rows are looked for before all are counted: enough to have some in every partition. */
    private static final int TAIL = 64;

    private final Connection connection;
    private final String site;

    private Load(Connection connection, String site) {
        this.connection = connection;
        this.site = site;
    }

    static Load at(LocalPostgres server) {
        try {
            return new Load(server.connect(), server.name());
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    static IllegalStateException failed(SQLException e) {
        return new IllegalStateException("a database of the benchmark failed: " + e.getMessage(), e);
    }

    Connection connection() {
        return connection;
    }

    String site() {
        return site;
    }

    /** The server's process that works for this connection. */
    long backend() {
        return number("SELECT pg_backend_pid()");
    }

    void makeTable() {
        execute(TABLE);
        execute(COUNTERS);
        execute(VARIOUS);
    }

    /** All rows in one transaction. */
    void oneTransaction(Ids ids) {
        execute("INSERT INTO item SELECT " + ROW + " FROM generate_series(" + ids.first() + ", " + ids.last()
                + ") AS i");
    }

    /** Counters at zero, in one transaction. */
    void counters(Ids ids) {
        execute("INSERT INTO counter SELECT i, 0 FROM generate_series(" + ids.first() + ", " + ids.last() + ") AS i");
    }

    /** Rows of a table as in {@link #VARIOUS}, in one transaction. */
    void various(String table, Ids ids) {
        execute("INSERT INTO " + table
                + " SELECT i, 'name ' || i, 'owner ' || i, 'street ' || i, 'city ' || i % 100, i, i, i,"
                + " ARRAY['tag ' || i % 10], jsonb_build_object('is', i) FROM generate_series(" + ids.first() + ", "
                + ids.last() + ") AS i");
    }

    /** Every column of each of these rows, in one transaction. */
    void updateEach(String table, int round, Ids ids) {
        execute(String.format(
                Locale.ROOT,
                "UPDATE %s SET name = 'name %d ' || id, owner = 'owner %d ' || id, street = 'street %d ' || id,"
                        + " city = 'city ' || (id + %d) %% 100, most = most + 1, least = least - 1, amount = amount + 1,"
                        + " tags = ARRAY['tag ' || (id + %d) %% 10], more = jsonb_build_object('is', id + %d)"
                        + " WHERE id BETWEEN %d AND %d",
                table,
                round,
                round,
                round,
                round,
                round,
                round,
                ids.first(),
                ids.last()));
    }

    /** Each row in a transaction of its own, as fast as the database goes. */
    void singleRows(Ids ids) {
        execute("DO $$ BEGIN FOR i IN " + ids.first() + ".." + ids.last() + " LOOP INSERT INTO item SELECT " + ROW
                + "; COMMIT; END LOOP; END $$");
    }

    /** Each row in a transaction of its own, so many a second. */
    void steadily(Ids ids, int rate) {
        execute(String.format(Locale.ROOT, """
                DO $$ DECLARE began timestamptz := clock_timestamp(); BEGIN
                  FOR i IN %d..%d LOOP
                    INSERT INTO item SELECT %s;
                    COMMIT;
                    IF (i - %d) %% 8 = 7 THEN
                      PERFORM pg_sleep(greatest(0, extract(epoch FROM
                          began + (i - %d + 1) * interval '1 second' / %d - clock_timestamp())));
                    END IF;
                  END LOOP;
                END $$
                """, ids.first(), ids.last(), ROW, ids.first(), ids.first(), rate));
    }

    /** Updates a row chosen at random, again and again, each time in a transaction of its own. */
    void updates(String table, String change, Ids ids, int times) {
        // Chosen before the statement: a volatile function in its condition would be asked for every row of the table.
        execute("DO $$ DECLARE chosen bigint; BEGIN FOR i IN 1.." + times + " LOOP chosen := " + ids.first()
                + " + floor(random() * " + ids.count()
                + "); UPDATE " + table + " SET " + change + " WHERE id = chosen; COMMIT; END LOOP; END $$");
    }

    /** Ends whatever this connection still does at the server. */
    void cancel() {
        try {
            connection.unwrap(PGConnection.class).cancelQuery();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Whether all rows are there. */
    boolean has(Ids ids) {
        long tail = Math.min(TAIL, ids.count());
        long from = ids.last() - tail + 1;
        return count(new Ids(from, ids.last())) == tail && count(ids) == ids.count();
    }

    long count(Ids ids) {
        return count("item", ids);
    }

    long count(String table, Ids ids) {
        return number("SELECT count(*) FROM " + table + " WHERE id BETWEEN " + ids.first() + " AND " + ids.last());
    }

    long sum(String table, Ids ids) {
        return number("SELECT sum(amount) FROM " + table + " WHERE id BETWEEN " + ids.first() + " AND " + ids.last());
    }

    /** When each of the rows was made what it is. */
    Set<Losses.Made> made(Ids ids) {
        try (var statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT id, (extract(epoch FROM changed) * 1000000)::bigint FROM item"
                                + " WHERE id BETWEEN " + ids.first() + " AND " + ids.last())) {
            var made = new HashSet<Losses.Made>();
            while (found.next()) {
                made.add(new Losses.Made(found.getLong(1), found.getLong(2)));
            }
            return made;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** A text that is the same where the rows are. */
    String digest(String table, Ids ids) {
        try (var statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT md5(string_agg(whole_row::text, ',' ORDER BY id)) FROM " + table
                                + " AS whole_row WHERE id BETWEEN " + ids.first() + " AND " + ids.last())) {
            found.next();
            return String.valueOf(found.getString(1));
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private long number(String query) {
        try (var statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            found.next();
            return found.getLong(1);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** The driver does not notice an interrupt, so that a long statement is waited for, and cancelled when we are asked to stop. */
    private void execute(String sql) {
        try (var statement = connection.createStatement()) {
            var done = CompletableFuture.runAsync(() -> {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    throw failed(e);
                }
            });
            try {
                done.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                statement.cancel();
                throw new StackException("interrupted");
            } catch (ExecutionException e) {
                throw new IllegalStateException(String.valueOf(e.getCause()), e);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }
}
