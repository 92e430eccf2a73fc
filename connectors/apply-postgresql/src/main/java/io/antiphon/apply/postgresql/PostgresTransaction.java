package io.antiphon.apply.postgresql;

import io.antiphon.apply.Holder;
import io.antiphon.apply.Marker;
import io.antiphon.apply.Outcome;
import io.antiphon.apply.PoisonException;
import io.antiphon.apply.Position;
import io.antiphon.apply.Transaction;
import io.antiphon.apply.Unwritten;
import io.antiphon.mesh.TableId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/** One transaction of one resolved topic-partition. */
final class PostgresTransaction implements Transaction {
    private final PostgresSession session;
    private final Positions positions;
    private final long mark;
    private final boolean isolating;
    private boolean ended;

    PostgresTransaction(PostgresSession session, Positions positions, long mark, boolean isolating)
            throws SQLException {
        this.session = session;
        this.positions = positions;
        this.mark = mark;
        this.isolating = isolating;
        if (isolating) {
            // a deferred constraint would only speak up at the commit, where no row can be told from another
            try (Statement statement = session.connection().createStatement()) {
                statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
            }
        }
    }

    @Override
    public List<Unwritten> write(TableId table, List<Outcome> outcomes) throws PoisonException {
        Savepoint savepoint = null;
        try {
            savepoint = isolating ? session.connection().setSavepoint() : null;
            List<Unwritten> unwritten = writeAll(table, outcomes);
            if (savepoint != null) {
                session.connection().releaseSavepoint(savepoint);
            }
            return unwritten;
        } catch (SQLException e) {
            if (Failures.isAboutTheTable(e)) {
                session.forgetTables();
            }
            PoisonException poison = Failures.poisonOrTrouble(e, "writing to " + table);
            takeBack(savepoint);
            throw poison;
        } catch (PoisonException e) {
            takeBack(savepoint);
            throw e;
        }
    }

    private void takeBack(@Nullable Savepoint savepoint) {
        if (savepoint == null) {
            return;
        }
        try {
            session.connection().rollback(savepoint);
            session.connection().releaseSavepoint(savepoint);
        } catch (SQLException e) {
            throw Failures.trouble(e, "taking back a savepoint");
        }
    }

    /** Deletes first: what they release, others may need. */
    private List<Unwritten> writeAll(TableId table, List<Outcome> outcomes) throws SQLException, PoisonException {
        var unwritten = new ArrayList<Unwritten>(0);
        for (Map.Entry<Schema, List<Outcome>> same : bySchema(outcomes, true).entrySet()) {
            delete(session.writing(table, same.getKey()), same.getValue(), unwritten);
        }
        for (Map.Entry<Schema, List<Outcome>> same : bySchema(outcomes, false).entrySet()) {
            upsert(session.writing(table, same.getKey()), same.getValue(), unwritten);
        }
        return unwritten;
    }

    private static Map<Schema, List<Outcome>> bySchema(List<Outcome> outcomes, boolean deleted) {
        var groups = new IdentityHashMap<Schema, List<Outcome>>();
        Schema schema = null;
        List<Outcome> group = List.of();
        for (Outcome outcome : outcomes) {
            if (outcome.deleted() == deleted) {
                if (outcome.row().columns() != schema) {
                    schema = outcome.row().columns();
                    group = groups.computeIfAbsent(schema, first -> new ArrayList<>(outcomes.size()));
                }
                group.add(outcome);
            }
        }
        return groups;
    }

    private void upsert(Writing writing, List<Outcome> outcomes, List<Unwritten> unwritten)
            throws SQLException, PoisonException {
        Writing.Arrays rows = writing.arrays(outcomes, writing.columns());
        unwritten.addAll(rows.uncarriable());
        if (rows.outcomes().isEmpty()) {
            return;
        }
        PreparedStatement upsert = session.statement(writing.upsert());
        int next = bind(upsert, 1, writing.columns(), rows.cells());
        bindGuard(upsert, next, writing, rows.outcomes());
        int refused = rows.outcomes().size() - upsert.executeUpdate();
        if (refused > 0) {
            int explained = 0;
            for (Standing standing : standing(writing, rows.outcomes())) {
                unwritten.add(Unwritten.refused(rows.outcomes().get(standing.place), standing.committed));
                explained++;
            }
            if (explained != refused) {
                throw new PoisonException(
                        "the database wrote no row and the guard did not refuse it: a trigger, a rule or a policy swallowed it",
                        false,
                        new IllegalStateException(refused + " rows not written, " + explained + " refused"));
            }
        }
    }

    private void delete(Writing writing, List<Outcome> outcomes, List<Unwritten> unwritten) throws SQLException {
        Writing.Arrays rows = writing.arrays(outcomes, writing.key());
        unwritten.addAll(rows.uncarriable());
        if (rows.outcomes().isEmpty()) {
            return;
        }
        PreparedStatement delete = session.statement(writing.delete());
        int next = bind(delete, 1, writing.key(), rows.cells());
        bindGuard(delete, next, writing, rows.outcomes());
        boolean[] settled = new boolean[rows.outcomes().size()];
        int left = settled.length;
        try (ResultSet deleted = delete.executeQuery()) {
            while (deleted.next()) {
                settled[deleted.getInt(1) - 1] = true;
                left--;
            }
        }
        if (left == 0) {
            return;
        }
        for (Standing standing : standing(writing, rows.outcomes())) {
            if (!settled[standing.place]) {
                settled[standing.place] = true;
                unwritten.add(Unwritten.refused(rows.outcomes().get(standing.place), standing.committed));
            }
        }
        for (int i = 0; i < settled.length; i++) {
            if (!settled[i]) {
                unwritten.add(Unwritten.absent(rows.outcomes().get(i)));
            }
        }
    }

    private record Standing(int place, long committed) {}

    /**
     * Which of these rows stand as somebody else wrote them, and since when.
     *
     * <p>What this transaction wrote has no commit time yet, and what the database knows no commit time of is never refused: so those with
     * one are exactly the refused. An upsert that was refused has locked its row, so none can change in between.
     */
    private List<Standing> standing(Writing writing, List<Outcome> outcomes) throws SQLException {
        PreparedStatement standing = session.statement(writing.standing());
        bind(standing, 1, writing.key(), writing.arrays(outcomes, writing.key()).cells());
        var found = new ArrayList<Standing>();
        try (ResultSet rows = standing.executeQuery()) {
            while (rows.next()) {
                found.add(new Standing(rows.getInt(1) - 1, rows.getLong(2)));
            }
        }
        return found;
    }

    private void bindGuard(PreparedStatement statement, int first, Writing writing, List<Outcome> outcomes)
            throws SQLException {
        var named = new ArrayList<Outcome>(0);
        var fromSnapshot = new ArrayList<Outcome>(0);
        for (Outcome outcome : outcomes) {
            if (outcome.lastLocal() != null) {
                named.add(outcome);
            }
            if (outcome.snapshot()) {
                fromSnapshot.add(outcome);
            }
        }
        int next = bind(
                statement,
                first,
                writing.key(),
                writing.arrays(named, writing.key()).cells());
        Long[] times = named.stream().map(Outcome::lastLocal).toArray(Long[]::new);
        statement.setArray(next, session.connection().createArrayOf("int8", times));
        bind(
                statement,
                next + 1,
                writing.key(),
                writing.arrays(fromSnapshot, writing.key()).cells());
    }

    private int bind(PreparedStatement statement, int first, List<Writing.Cell> cells, List<Object[]> arrays)
            throws SQLException {
        return session.bind(statement, first, cells, arrays);
    }

    @Override
    public List<Holder> holders(TableId table, Outcome outcome) {
        try {
            return session.holders(table, outcome).stream().map(Held::holder).toList();
        } catch (SQLException e) {
            throw Failures.trouble(e, "looking for what holds a unique value of " + table);
        }
    }

    @Override
    public void arrive(Position at, Marker marker) {
        try {
            positions.arrive(at.partition(), marker);
        } catch (SQLException e) {
            throw Failures.trouble(e, "noting the arrival of a marker");
        }
    }

    @Override
    public boolean commit(Position from, Position to, long applied, List<Unwritten> unwritten) throws PoisonException {
        try {
            if (!positions.advance(from, to, mark, applied, unwritten)) {
                return false;
            }
        } catch (SQLException e) {
            throw Failures.trouble(e, "advancing the position of " + from.partition());
        }
        try {
            session.connection().commit();
            ended = true;
            return true;
        } catch (SQLException e) {
            throw Failures.poisonOrTrouble(e, "committing " + from.partition());
        }
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            session.rollback();
        }
    }
}
