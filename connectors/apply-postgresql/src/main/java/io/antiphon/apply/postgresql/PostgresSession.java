package io.antiphon.apply.postgresql;

import io.antiphon.apply.Holder;
import io.antiphon.apply.Outcome;
import io.antiphon.apply.Position;
import io.antiphon.apply.Session;
import io.antiphon.apply.Target;
import io.antiphon.apply.Transaction;
import io.antiphon.apply.TroubleException;
import io.antiphon.key.RowKey;
import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink task's connection.
 *
 * <p>It holds the task's replication origin, which marks every transaction as an echo, and it acts as a replica, so that the site's
 * triggers and foreign keys do not fire a second time.
 */
final class PostgresSession implements Session {
    /**
     * Seconds after which a line over which nothing comes is given up, by both ends: the database's, because a session that nobody hears of
     * holds its origin. A statement writes one batch and waits for no lock longer than five seconds, so it takes a few; where it takes longer,
     * {@code socketTimeout} in the site's url counts.
     */
    private static final String SILENCE = "60";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresSession.class);
    private static final int STATEMENTS_KEPT = 200;
    private static final int WRITINGS_KEPT = 100;

    private final Connection connection;
    private final Positions positions;
    private final Guard guard;
    private final Map<TableId, Table> tables = new HashMap<>();
    private final Map<Schema, Writing> writings = new IdentityHashMap<>();
    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>(16, 0.75f, true);

    private PostgresSession(Connection connection, Target target) {
        this.connection = connection;
        this.positions = new Positions(this, target);
        this.guard = Guard.of(target.names());
    }

    static PostgresSession open(Target target) {
        String site = "site " + target.names().site();
        Connection connection = connect(target, site);
        try {
            prepare(connection, target);
            return new PostgresSession(connection, target);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw unprepared(e, target, site);
        } catch (RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private static Connection connect(Target target, String site) {
        var properties = new Properties();
        properties.setProperty("user", target.user());
        properties.setProperty("password", target.password().value());
        properties.setProperty(
                "ApplicationName", "antiphon apply-" + target.names().site() + "-" + target.task());
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", SILENCE);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("prepareThreshold", "1");
        try {
            Connection connection = new Driver().connect(target.url(), properties);
            if (connection == null) {
                throw new ConnectException(site + ": '" + target.url()
                        + "' is not a PostgreSQL URL: write jdbc:postgresql://host:port/database");
            }
            return connection;
        } catch (SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            if (state.startsWith("28") || state.startsWith("3D")) {
                throw new ConnectException(
                        site + " lets " + target.user() + " not in: " + Failures.describe(e)
                                + "; check the user, the password and the database",
                        e);
            }
            throw new TroubleException(site + " cannot be reached: " + Failures.describe(e), true, e);
        }
    }

    private static void prepare(Connection connection, Target target) throws SQLException {
        String origin = target.names().origin(target.task());
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("SET lock_timeout = '5s'");
            statement.execute("SET statement_timeout = 0");
            statement.execute("SET tcp_keepalives_idle = 20");
            statement.execute("SET tcp_keepalives_interval = 10");
            statement.execute("SET tcp_keepalives_count = 3");
            statement.execute("SET tcp_user_timeout = '" + SILENCE + "s'");
            statement.execute("SET TimeZone = 'UTC'");
            statement.execute("SET DateStyle = 'ISO'");
            statement.execute("SET lc_monetary = 'C'");
            statement.execute("SET default_transaction_isolation = 'read committed'");
            statement.execute("SET row_security = off");
            // one plan for all batches: planning each costs more than it could gain, and a batch must never make a
            // large table be read through
            statement.execute("SET plan_cache_mode = force_generic_plan");
            statement.execute("SELECT pg_replication_origin_create('" + origin + "') WHERE pg_replication_origin_oid('"
                    + origin + "') IS NULL");
            connection.commit();
            statement.execute("SELECT pg_replication_origin_session_setup('" + origin + "')");
            connection.commit();
        }
        LOG.info("connected site={} task={} origin={}", target.names().site(), target.task(), origin);
    }

    private static RuntimeException unprepared(SQLException e, Target target, String site) {
        String origin = target.names().origin(target.task());
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return switch (state) {
            case "55006" ->
                new TroubleException(
                        site + ": replication origin " + origin
                                + " is still held by another session; waiting for it to end (" + Failures.describe(e)
                                + ")",
                        true,
                        e);
            case "23505" -> new TroubleException(site + ": origin " + origin + " is being created elsewhere", true, e);
            case "53400" ->
                new TroubleException(
                        site + ": no replication origin is free: raise max_active_replication_origins ("
                                + Failures.describe(e) + ")",
                        true,
                        e);
            case "42501" ->
                new ConnectException(
                        site + ": " + target.user() + " may not write as a replica with an origin: "
                                + Failures.describe(e) + "; `antiphon doctor` prints the grants that are missing",
                        e);
            default -> new TroubleException(site + ": " + Failures.describe(e), true, e);
        };
    }

    @Override
    public Position claim(TopicPartition partition) {
        return orTrouble("claiming " + partition, () -> positions.claim(partition));
    }

    @Override
    public Position position(TopicPartition partition) {
        return orTrouble("reading the position of " + partition, () -> positions.read(partition));
    }

    @Override
    public Transaction begin(long mark, boolean isolating) {
        return orTrouble("beginning a transaction", () -> new PostgresTransaction(this, positions, mark, isolating));
    }

    @Override
    public boolean withdraw(Position at, TableId table, Outcome outcome) {
        return orTrouble("withdrawing what holds a unique value of " + table, () -> {
            boolean withdrew = withdrawn(at, table, outcome);
            if (!withdrew) {
                rollback();
            }
            return withdrew;
        });
    }

    private boolean withdrawn(Position at, TableId id, Outcome outcome) throws SQLException {
        List<Held> holders = holders(id, outcome);
        boolean first = holders.stream()
                .allMatch(held -> outcome.key().compareTo(held.holder().key()) < 0);
        if (holders.isEmpty() || !first) {
            return false;
        }
        PreparedStatement withdraw = statement(
                Statements.withdraw(writing(id, outcome.row().columns()).table()));
        for (Held held : holders) {
            for (int i = 0; i < held.texts().size(); i++) {
                withdraw.setString(i + 1, held.texts().get(i));
            }
            withdraw.executeUpdate();
        }
        return positions.commitWithdrawal(at);
    }

    /** The rows with unique values that this outcome needs, smallest key first. */
    List<Held> holders(TableId id, Outcome outcome) throws SQLException {
        Writing writing = writing(id, outcome.row().columns());
        Writing.Arrays row = writing.arrays(List.of(outcome), writing.columns());
        var holders = new TreeMap<RowKey, Held>();
        for (UniqueIndex index : UniqueIndex.of(connection, writing.table())) {
            if (row.outcomes().isEmpty() || !index.isKnownFrom(writing.columns())) {
                continue;
            }
            PreparedStatement find = statement(index.holders(writing.table(), writing.columns(), writing.key()));
            bind(find, 1, writing.columns(), row.cells());
            try (ResultSet found = find.executeQuery()) {
                while (found.next()) {
                    Held held = held(writing, index, found);
                    holders.putIfAbsent(held.holder().key(), held);
                }
            }
        }
        return List.copyOf(holders.values());
    }

    private static Held held(Writing writing, UniqueIndex index, ResultSet found) throws SQLException {
        int parts = writing.key().size();
        var texts = new ArrayList<String>(parts);
        for (int i = 1; i <= parts; i++) {
            texts.add(found.getString(i));
        }
        return new Held(
                texts,
                new Holder(KeyTexts.key(writing.table().key(), texts), index.columns(), found.getString(parts + 1)));
    }

    int bind(PreparedStatement statement, int first, List<Writing.Cell> cells, List<Object[]> arrays)
            throws SQLException {
        int next = first;
        for (int i = 0; i < cells.size(); i++) {
            statement.setArray(
                    next++, connection.createArrayOf(cells.get(i).carrier().arrayType(), arrays.get(i)));
        }
        return next;
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }

    Connection connection() {
        return connection;
    }

    /** The statement with this text, prepared once. */
    PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known != null) {
            return known;
        }
        if (statements.size() >= STATEMENTS_KEPT) {
            var eldest = statements.entrySet().iterator();
            PreparedStatement dropped = eldest.next().getValue();
            eldest.remove();
            dropped.close();
        }
        PreparedStatement made = connection.prepareStatement(sql);
        statements.put(sql, made);
        return made;
    }

    /** How rows of this captured schema are written to the table. */
    Writing writing(TableId table, Schema row) throws SQLException {
        Writing known = writings.get(row);
        if (known != null) {
            return known;
        }
        Table described = tables.get(table);
        if (described == null) {
            described = Table.read(connection, table);
            tables.put(table, described);
        }
        if (writings.size() >= WRITINGS_KEPT) {
            writings.clear();
        }
        Writing made = Writing.of(described, row, guard);
        writings.put(row, made);
        return made;
    }

    /** Forgets what the catalogue said. */
    void forgetTables() {
        tables.clear();
        writings.clear();
    }

    void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debug("rollback failed", e);
        }
    }

    /** What may fail because of the database. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    private <T> T orTrouble(String doing, Work<T> work) {
        try {
            return work.run();
        } catch (SQLException e) {
            rollback();
            throw Failures.trouble(e, doing);
        } catch (RuntimeException e) {
            rollback();
            throw e;
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("close failed", e);
        }
    }
}
