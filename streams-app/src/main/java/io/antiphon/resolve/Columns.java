package io.antiphon.resolve;

import java.util.BitSet;
import java.util.List;

/**
 * How a table's columns are decided.
 *
 * @param count columns of the table
 * @param groups columns that move as one; with row granularity, one group of all
 * @param units those whose policy is not that the last writer wins; none shares a column with another, or has a part of a group
 * @param deletes what decides whether a row is there
 */
public record Columns(int count, List<BitSet> groups, List<Unit> units, Deletes deletes) {
    /** Columns that are decided as one, and by what. */
    public record Unit(BitSet columns, Policy policy) {
        /** One column. */
        public static Unit of(int column, Policy policy) {
            var columns = new BitSet();
            columns.set(column);
            return new Unit(columns, policy);
        }
    }

    /** Columns of which the last writer wins. */
    public Columns(int count, List<BitSet> groups) {
        this(count, groups, List.of(), Deletes.LAST_WRITER_WINS);
    }

    /** Every column for itself. */
    public static Columns each(int count) {
        return new Columns(count, List.of());
    }

    /** The whole row as one. */
    public static Columns together(int count) {
        return new Columns(count, List.of(upTo(count)));
    }

    BitSet all() {
        return upTo(count);
    }

    private static BitSet upTo(int count) {
        var all = new BitSet(count);
        all.set(0, count);
        return all;
    }

    BitSet moved(BitSet changed) {
        for (BitSet group : groups) {
            if (group.intersects(changed)) {
                changed.or(group);
            }
        }
        return changed;
    }

    /** The name of what decides a column. */
    String ruleOf(int column) {
        for (Unit unit : units) {
            if (unit.columns.get(column)) {
                return unit.policy.name();
            }
        }
        return Deletes.LAST_WRITER_WINS.word();
    }
}
