package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Heard.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges the decisions about one row by what truly happened, knowing nothing of how they are made. */
final class Oracle {
    private final Columns columns;
    private final PolicyOracle policies;
    final List<Change> changes;
    /** Those the resolver was told of. */
    final BitSet told = new BitSet();

    /** A row that was found was equal by chance to one that had come of changes: it may count as seen, or not. */
    private boolean isAmbiguous;

    private final Map<Integer, Long> committed = new HashMap<>();
    private final Set<Row> rowsThereWere = new HashSet<>();
    /** Part of what happened was in no log that was read: who saw what cannot be judged any more. */
    private boolean blurred;

    Oracle(Columns columns, List<SiteId> sites) {
        this(columns, sites, new ArrayList<>());
    }

    private Oracle(Columns columns, List<SiteId> sites, List<Change> changes) {
        this.columns = columns;
        this.changes = changes;
        this.policies = new PolicyOracle(columns, sites);
    }

    /** An oracle of another key whose changes are counted along with these. */
    Oracle ofAnotherKey(List<SiteId> sites) {
        return new Oracle(columns, sites, changes);
    }

    Change wrote(
            int site,
            int key,
            Operation operation,
            @Nullable Row before,
            @Nullable Row after,
            BitSet made,
            int lifeBefore,
            boolean found,
            long time) {
        int lives = made.isEmpty() ? lifeBefore : life(operation, made);
        long newest = made.stream()
                .mapToObj(changes::get)
                .filter(one -> one.life() == lives)
                .mapToLong(Change::writeTime)
                .max()
                .orElse(-1);
        long writeTime = found ? time : Math.max(time, newest + 1);
        var change = new Change(
                changes.size(),
                site,
                key,
                operation,
                before,
                after,
                (BitSet) made.clone(),
                found,
                lives,
                writeTime,
                null);
        changes.add(change);
        made.set(change.id());
        return change;
    }

    /** A decision of somebody who saw the row when it was made of these changes, about these columns. */
    Change decided(
            int people, int key, @Nullable Row before, @Nullable Row after, BitSet seen, BitSet columns, long time) {
        Operation operation = after == null ? Operation.DELETE : before == null ? Operation.INSERT : Operation.UPDATE;
        BitSet about = before == null ? this.columns.all() : this.columns.moved((BitSet) columns.clone());
        var change = new Change(
                changes.size(),
                people,
                key,
                operation,
                before,
                after,
                (BitSet) seen.clone(),
                false,
                life(operation, seen),
                time,
                about);
        changes.add(change);
        return change;
    }

    private int life(Operation operation, BitSet made) {
        int life = newestLife(made);
        return operation == Operation.INSERT && !made.isEmpty() ? life + 1 : life;
    }

    int newestLife(BitSet made) {
        return made.stream().map(id -> changes.get(id).life()).max().orElse(0);
    }

    /** When a row that stood at its site before the mesh began was written. */
    void committed(Change found, long time) {
        committed.put(found.id(), time);
    }

    /** Of rows that the sites began with the one written last stands, of those written at once that of the site named first. */
    private void isTheLastOfThoseFound(@Nullable Row now) {
        Change last = null;
        for (int id = told.nextSetBit(0); id >= 0; id = told.nextSetBit(id + 1)) {
            Change change = changes.get(id);
            if (!change.found()) {
                return;
            }
            if (last == null || isLater(change, last)) {
                last = change;
            }
        }
        if (last != null && !policies.agreeButForWhatJoins(last.after(), now)) {
            throw new Broken("the sites began with " + list(told) + ", and " + now + " was not written last");
        }
    }

    private boolean isLater(Change one, Change other) {
        int byTime = Long.compare(committed.getOrDefault(one.id(), 0L), committed.getOrDefault(other.id(), 0L));
        return byTime != 0 ? byTime > 0 : one.site() < other.site();
    }

    void blurs() {
        blurred = true;
    }

    boolean isBlurred() {
        return blurred;
    }

    /** Judges what was decided on {@code change} while {@code standing} stood. */
    void judge(Change change, @Nullable Row standing, Outcome outcome) {
        if (blurred) {
            told.set(change.id());
            return;
        }
        RowState state = outcome.state();
        Row now = state == null || !state.exists() ? null : state.row();
        var before = (BitSet) told.clone();
        told.set(change.id());
        Disagreement disagreement = outcome instanceof Outcome.Decided decided ? decided.disagreement() : null;
        if (disagreement != null
                && disagreement.kind() != Disagreement.Kind.BOUNDED
                && isSubset(before, change.past())) {
            throw new Broken("a conflict was seen though " + change + " knew everything");
        }
        boolean known = change.found() && rowsThereWere.contains(change.after());
        if (!known
                && lost(change, now)
                && (disagreement == null || !agree(disagreement.incoming().row(), change.after()))) {
            throw new Broken("lost without a word: " + change + " when " + now + " was decided over " + standing);
        }
        if (lostStanding(change, before, standing, now)
                && (disagreement == null || !agree(disagreement.standing().row(), standing))) {
            throw new Broken("lost without a word: " + standing + " when " + now + " was decided for " + change);
        }
        if (!change.found()) {
            follows(change, standing, outcome);
        }
        if (now != null) {
            rowsThereWere.add(now);
        }
        isOfTheNewest(now);
        isAmbiguous |= known && before.stream().anyMatch(id -> !changes.get(id).found());
        if (!isAmbiguous) {
            policies.judge(told.stream().mapToObj(changes::get).toList(), now);
        }
        isTheLastOfThoseFound(now);
    }

    private void follows(Change change, @Nullable Row standing, Outcome outcome) {
        RowState state = outcome.state();
        if (state == null || outcome instanceof Outcome.Noted) {
            throw new Broken("no outcome for " + change);
        }
        for (SiteView view : state.sites()) {
            if (view.lastLocalVersion() == state.version()
                    && view.seen() == state.version()
                    && !policies.agreeWithinBounds(change.before(), standing)) {
                throw new Broken("taken to follow " + standing + ": " + change);
            }
        }
    }

    private boolean lost(Change change, @Nullable Row now) {
        if (change.after() == null || now == null) {
            return (change.after() == null) != (now == null);
        }
        for (int column = 0; column < columns.count(); column++) {
            if (change.writes(column, columns) && policies.isLost(column, change, now)) {
                return true;
            }
        }
        return false;
    }

    private boolean lostStanding(Change change, BitSet before, @Nullable Row standing, @Nullable Row now) {
        if (standing == null) {
            return now != null && unknown(change, deletesAmong(newest(before)));
        }
        for (int column = 0; column < columns.count(); column++) {
            if ((now == null || !policies.sumsOrJoins(column) && !now.agrees(standing, column))
                    && unknown(change, writersOf(column, standing, newestWriters(column, before)))) {
                return true;
            }
        }
        return false;
    }

    /** There are such, and the change knew none of them. */
    private static boolean unknown(Change change, BitSet such) {
        return !such.isEmpty() && !such.intersects(change.past());
    }

    /** P3: every value is of a change that no later change has seen. */
    private void isOfTheNewest(@Nullable Row now) {
        BitSet newest = newest(told);
        BitSet deletes = deletesAmong(newest);
        boolean latest = columns.deletes() == Deletes.LAST_WRITER_WINS;
        if (now == null) {
            if (latest && deletes.isEmpty()) {
                throw new Broken("no row, though the newest changes are no deletes: " + list(newest));
            }
            return;
        }
        if (latest && deletes.equals(newest)) {
            throw new Broken("a row " + now + ", though the newest changes are all deletes: " + list(newest));
        }
        for (int column = 0; column < columns.count(); column++) {
            BitSet writers = newestWriters(column, told);
            if (policies.policy(column) == null
                    && writersOf(column, now, writers).isEmpty()) {
                throw new Broken("column " + column + " of " + now + " is of none of the newest changes of it: "
                        + list(writers));
            }
        }
    }

    private BitSet newestWriters(int column, BitSet among) {
        var writers = new BitSet();
        for (int id = among.nextSetBit(0); id >= 0; id = among.nextSetBit(id + 1)) {
            if (changes.get(id).writes(column, columns)) {
                writers.set(id);
            }
        }
        return newest(writers);
    }

    /** Those whose value the row shows; a sum is of all of them. */
    private BitSet writersOf(int column, Row row, BitSet among) {
        if (policies.sumsOrJoins(column)) {
            return among;
        }
        var writers = new BitSet();
        for (int id = among.nextSetBit(0); id >= 0; id = among.nextSetBit(id + 1)) {
            Row after = changes.get(id).after();
            if (after != null && after.agrees(row, column)) {
                writers.set(id);
            }
        }
        return writers;
    }

    private BitSet deletesAmong(BitSet among) {
        var deletes = new BitSet();
        for (int id = among.nextSetBit(0); id >= 0; id = among.nextSetBit(id + 1)) {
            if (changes.get(id).after() == null) {
                deletes.set(id);
            }
        }
        return deletes;
    }

    /** Those that none of the others has seen. */
    private BitSet newest(BitSet among) {
        var newest = (BitSet) among.clone();
        for (int id = among.nextSetBit(0); id >= 0; id = among.nextSetBit(id + 1)) {
            newest.andNot(changes.get(id).past());
        }
        return newest;
    }

    private String list(BitSet ids) {
        return ids.stream().mapToObj(changes::get).toList().toString();
    }

    static boolean isSubset(BitSet part, BitSet whole) {
        var rest = (BitSet) part.clone();
        rest.andNot(whole);
        return rest.isEmpty();
    }

    static boolean agree(@Nullable Row one, @Nullable Row other) {
        return one == null || other == null ? one == other : one.agrees(other);
    }
}
