package io.antiphon.resolve;

import io.antiphon.resolve.Heard.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Judges where rows have got to whose keys were changed, by what truly happened.
 *
 * <p>Every value was written once, and column 1 names the row from its insert on, so that of everything in the end it can be told which row it is
 * and which change it comes from, wherever it stands.
 */
final class MovesOracle {
    private final Columns columns;
    private final List<Change> changes;
    private final List<Row> logged = new ArrayList<>();
    private final Set<Object> rivals = new HashSet<>();
    private final Set<List<Object>> pairs = new HashSet<>();
    private final Set<Object> forked = new HashSet<>();

    MovesOracle(Columns columns, List<Change> changes) {
        this.columns = columns;
        this.changes = changes;
    }

    static Object identity(Row row) {
        return String.valueOf(row.value(1));
    }

    private static Object identity(Change change) {
        Row row = change.after() == null ? change.before() : change.after();
        return identity(Objects.requireNonNull(row));
    }

    void logs(Disagreement between) {
        Row one = between.standing().row();
        Row other = between.incoming().row();
        for (Row row : new Row[] {one, other}) {
            if (row != null) {
                logged.add(row);
            }
        }
        if (one != null && other != null && !identity(one).equals(identity(other))) {
            rivals.add(identity(one));
            rivals.add(identity(other));
            pairs.add(List.of(identity(one), identity(other)));
            pairs.add(List.of(identity(other), identity(one)));
        }
        if (between.kind() == Disagreement.Kind.MOVE_MOVE && one != null) {
            forked.add(identity(one));
        }
    }

    /** Judges the rows there are when all is quiet; the index is the key. */
    void judge(@Nullable Row[] rows) {
        findRivals();
        var there = new HashSet<Object>();
        for (int key = 0; key < rows.length; key++) {
            Row row = rows[key];
            if (row != null) {
                if (!row.value(0).equals(key)) {
                    throw new Broken("row " + row + " has key " + key);
                }
                if (!there.add(identity(row))) {
                    throw new Broken("one row is there twice: " + row);
                }
                isOfTheNewest(row);
                standsWhereItWasPut(key, row);
            }
        }
        for (Change change : changes) {
            isThereOrLogged(change, rows);
            if (change.operation() == Operation.INSERT) {
                isThere(change, there);
            }
        }
    }

    /** Rows that were given one key by sites that did not know of each other are one row from then on, or the key is only one's. */
    private void findRivals() {
        List<Change> placed = changes.stream().filter(MovesOracle::isPlacing).toList();
        for (Change one : placed) {
            for (Change other : placed) {
                boolean concurrent =
                        !one.past().get(other.id()) && !other.past().get(one.id());
                Row row = Objects.requireNonNull(one.after());
                if (concurrent
                        && row.agrees(Objects.requireNonNull(other.after()), 0)
                        && !identity(one).equals(identity(other))) {
                    rivals.add(identity(one));
                    pairs.add(List.of(identity(one), identity(other)));
                }
            }
        }
    }

    private static boolean isPlacing(Change change) {
        return change.after() != null && (change.before() == null || isMove(change));
    }

    /** P4. */
    private void isThereOrLogged(Change change, @Nullable Row[] rows) {
        for (int column = 1; column < columns.count(); column++) {
            int at = column;
            Row after = change.after();
            if (after == null || !change.writes(column, columns) || isSuperseded(change, column, true)) {
                continue;
            }
            Predicate<Row> has = row -> row.agrees(after, at);
            boolean there = false;
            for (Row row : rows) {
                there |= row != null && has.test(row);
            }
            if (!there && logged.stream().noneMatch(has)) {
                throw new Broken("lost without a word: column " + column + " of " + change);
            }
        }
    }

    private boolean isSameRow(Object one, Object other) {
        return one.equals(other) || pairs.contains(List.of(one, other));
    }

    /** @param byRivals what a later change of a rival, or a delete, did to it counts */
    private boolean isSuperseded(Change change, int column, boolean byRivals) {
        return changes.stream()
                .anyMatch(later -> later.past().get(change.id())
                        && (byRivals
                                ? isSameRow(identity(later), identity(change))
                                : identity(later).equals(identity(change)))
                        && (later.after() == null ? byRivals : later.writes(column, columns)));
    }

    /** P3. */
    private void isOfTheNewest(Row row) {
        for (int column = 1; column < columns.count(); column++) {
            int at = column;
            boolean newest = changes.stream()
                    .anyMatch(change -> change.after() != null
                            && change.writes(at, columns)
                            && row.agrees(change.after(), at)
                            && !isSuperseded(change, at, false));
            if (!newest) {
                throw new Broken("column " + column + " of " + row + " was written over by a change that knew of it");
            }
        }
    }

    private void standsWhereItWasPut(int key, Row row) {
        BitSet mine = of(identity(row), change -> true);
        if (!rivals.contains(identity(row))
                && newest(mine).stream().allMatch(id -> changes.get(id).after() == null)) {
            throw new Broken("a row " + row + ", though the newest changes of it are all deletes");
        }
        BitSet all = of(identity(row), change -> change.after() != null && (isMove(change) || change.before() == null));
        // A site may have seen a row under two keys before it was decided which of them stands.
        BitSet placed = forked.contains(identity(row)) ? all : newest(all);
        boolean right = placed.stream().anyMatch(id -> isPutAt(changes.get(id), key));
        if (!right && !rivals.contains(identity(row))) {
            throw new Broken("row " + row + " is not where it was put by any of " + placed);
        }
        boolean elsewhere = placed.stream().anyMatch(id -> !isPutAt(changes.get(id), key));
        if (elsewhere && !forked.contains(identity(row)) && !rivals.contains(identity(row))) {
            throw new Broken("row " + row + " was put elsewhere too, and nothing was said: " + placed);
        }
    }

    private static boolean isPutAt(Change change, int key) {
        Row after = change.after();
        return after != null && Integer.valueOf(key).equals(after.value(0));
    }

    private static boolean isMove(Change change) {
        return change.before() != null
                && change.after() != null
                && !change.before().agrees(change.after(), 0);
    }

    private void isThere(Change insert, Set<Object> there) {
        Object identity = identity(insert);
        boolean deleted = changes.stream()
                .anyMatch(change -> change.after() == null && identity(change).equals(identity));
        if (!deleted && !rivals.contains(identity) && !there.contains(identity)) {
            throw new Broken("a row that nobody deleted is gone: " + insert);
        }
    }

    private BitSet of(Object identity, Predicate<Change> such) {
        var ids = new BitSet();
        changes.stream()
                .filter(change -> identity(change).equals(identity) && such.test(change))
                .forEach(change -> ids.set(change.id()));
        return ids;
    }

    private BitSet newest(BitSet among) {
        var newest = (BitSet) among.clone();
        among.stream().forEach(id -> newest.andNot(changes.get(id).past()));
        return newest;
    }

    /** The changes among {@code told} that a letter carries. */
    BitSet carriedBy(Letter letter, BitSet told) {
        var carried = new BitSet();
        Row row = letter instanceof Letter.Carried one
                ? one.row()
                : letter instanceof Letter.Returned back ? back.row() : null;
        for (int id = told.nextSetBit(0); row != null && id >= 0; id = told.nextSetBit(id + 1)) {
            Change change = changes.get(id);
            Row written = change.after();
            if (written != null) {
                for (int column = 1; column < columns.count(); column++) {
                    if (change.writes(column, columns) && written.agrees(row, column)) {
                        carried.set(id);
                    }
                }
            }
        }
        return carried;
    }
}
