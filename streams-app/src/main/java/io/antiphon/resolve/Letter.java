package io.antiphon.resolve;

import io.antiphon.key.RowKey;
import java.util.BitSet;

/** What one key of a row that was moved says to the other. Those between two keys are read in the order they were written. */
public sealed interface Letter {
    /** The move it is about. */
    Move move();

    /** The key that reads it. */
    default RowKey to() {
        return move().to();
    }

    /**
     * The key the row had says what it would be there.
     *
     * @param row the row under its former key
     */
    record Carried(Move move, Row row) implements Letter {}

    /**
     * The key the row had says that another move of it stands.
     *
     * @param by that move
     */
    record Recalled(Move move, Move by) implements Letter {}

    /** The key the row had says its last: every site has seen the row leave. */
    record Closed(Move move) implements Letter {}

    /**
     * The key of a move that does not stand says what was written there.
     *
     * @param columns the columns that were
     * @param row the row there
     * @param carried the row as the key it had has said it last
     * @param last nothing can be written there any more
     */
    record Returned(Move move, BitSet columns, Row row, Row carried, boolean last) implements Letter {
        @Override
        public RowKey to() {
            return move.from();
        }
    }
}
