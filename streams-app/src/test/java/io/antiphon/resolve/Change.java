package io.antiphon.resolve;

import io.antiphon.resolve.Heard.Operation;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What an application truly did to a row, and on top of what.
 *
 * @param past the changes its row was made of when it was written: the true happens-before
 * @param found the row stood there before the mesh began
 */
record Change(
        int id,
        int site,
        int key,
        Operation operation,
        @Nullable Row before,
        @Nullable Row after,
        BitSet past,
        boolean found) {

    /** Whether it says what this column is. */
    boolean writes(int column, Columns columns) {
        if (after == null) {
            return false;
        }
        return before == null || columns.moved(before.differences(after)).get(column);
    }

    @Override
    public String toString() {
        return "#" + id + " " + (found ? "FOUND" : operation) + " " + before + " -> " + after + " having seen " + past;
    }
}
