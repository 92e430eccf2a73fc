package io.antiphon.resolve;

import java.util.BitSet;
import java.util.List;

/**
 * Which columns of a table move together.
 *
 * @param count columns of the table
 * @param groups columns that move as one; with row granularity, one group of all
 */
public record Columns(int count, List<BitSet> groups) {
    /** Every column for itself. */
    public static Columns each(int count) {
        return new Columns(count, List.of());
    }

    /** The whole row as one. */
    public static Columns together(int count) {
        var all = new BitSet(count);
        all.set(0, count);
        return new Columns(count, List.of(all));
    }

    BitSet all() {
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
}
