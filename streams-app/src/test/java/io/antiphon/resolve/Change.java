package io.antiphon.resolve;

import io.antiphon.resolve.Heard.Operation;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What an application truly did to a row, and on top of what.
 *
 * @param life how many times the row it was made on had been deleted and inserted again
 * @param writeTime its commit time, or just after the newest change of that life in its past
 * @param past the changes its row was made of when it was written: the true happens-before
 * @param found the row stood there before the mesh began
 * @param asserted the columns it says something of, whether they changed or not; null for those that changed
 */
record Change(
        int id,
        int site,
        int key,
        Operation operation,
        @Nullable Row before,
        @Nullable Row after,
        BitSet past,
        boolean found,
        int life,
        long writeTime,
        @Nullable BitSet asserted) {

    /** Whether it says what this column is. */
    boolean writes(int column, Columns columns) {
        if (after == null) {
            return false;
        }
        if (asserted != null) {
            return asserted.get(column);
        }
        return before == null || columns.moved(before.differences(after)).get(column);
    }

    @Override
    public String toString() {
        return "#" + id + " " + (found ? "FOUND" : operation) + " " + before + " -> " + after + " having seen " + past;
    }
}
