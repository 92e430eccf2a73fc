package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * The clock of every column: one for the most, and one for each group of columns that were written together and that some site may
 * not have seen yet.
 */
public record ColumnClocks(Clock base, List<Group> groups) {
    /** Columns that were last written together. */
    public record Group(Clock clock, BitSet columns) {}

    static ColumnClocks of(Clock base) {
        return new ColumnClocks(base, List.of());
    }

    Clock of(int column) {
        for (Group group : groups) {
            if (group.columns.get(column)) {
                return group.clock;
            }
        }
        return base;
    }

    /** These clocks after {@code columns} of {@code size} were written at {@code clock}. */
    ColumnClocks written(BitSet columns, int size, Clock clock) {
        if (columns.isEmpty()) {
            return this;
        }
        if (columns.cardinality() == size) {
            return of(clock);
        }
        var after = new ArrayList<Group>(groups.size() + 1);
        for (Group group : groups) {
            var left = (BitSet) group.columns.clone();
            left.andNot(columns);
            if (!left.isEmpty()) {
                after.add(new Group(group.clock, left));
            }
        }
        after.add(new Group(clock, (BitSet) columns.clone()));
        return new ColumnClocks(base, List.copyOf(after));
    }

    /** Clocks that every site has seen for good cannot be contested any more: they become one. */
    ColumnClocks collapsed(Predicate<Clock> seenEverywhere) {
        if (groups.isEmpty() || !seenEverywhere.test(base)) {
            return this;
        }
        Clock one = base;
        var left = new ArrayList<Group>(groups.size());
        for (Group group : groups) {
            if (seenEverywhere.test(group.clock)) {
                one = one.newer(group.clock);
            } else {
                left.add(group);
            }
        }
        return left.size() == groups.size() ? this : new ColumnClocks(one, List.copyOf(left));
    }

    /** What moves brought along as if they had written it. */
    ColumnClocks settled() {
        var settled = new ArrayList<Group>(groups.size());
        groups.forEach(group -> settled.add(new Group(group.clock.settled(), group.columns)));
        return new ColumnClocks(base.settled(), List.copyOf(settled));
    }

    /** The columns whose clock is such. */
    BitSet columns(int size, Predicate<Clock> such) {
        var columns = new BitSet(size);
        for (int column = 0; column < size; column++) {
            columns.set(column, such.test(of(column)));
        }
        return columns;
    }

    ColumnClocks sharedWith(SiteId site, long written, List<SiteId> order) {
        var shared = new ArrayList<Group>(groups.size());
        boolean same = base.sharedWith(site, written, order) == base;
        for (Group group : groups) {
            Clock clock = group.clock.sharedWith(site, written, order);
            same &= clock == group.clock;
            shared.add(new Group(clock, group.columns));
        }
        return same ? this : new ColumnClocks(base.sharedWith(site, written, order), List.copyOf(shared));
    }

    boolean any(Predicate<Clock> test) {
        if (test.test(base)) {
            return true;
        }
        for (Group group : groups) {
            if (test.test(group.clock)) {
                return true;
            }
        }
        return false;
    }
}
