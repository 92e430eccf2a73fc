package io.antiphon.apply;

import io.antiphon.mesh.TableId;
import java.util.List;

/** Rows, mark and position of one resolved topic-partition, together or not at all. Closing it takes back what was not committed. */
public interface Transaction extends AutoCloseable {
    /**
     * Writes these outcomes where the guard admits them, all but those it returns.
     *
     * @param outcomes at most one a key, in key order
     * @return the outcomes that changed no row, and why
     * @throws PoisonException if the database refuses one of them for ever; in an isolating transaction none of them is then written and
     *     the transaction goes on, in any other it is lost
     */
    List<Unwritten> write(TableId table, List<Outcome> outcomes) throws PoisonException;

    /** The rows with unique values that a refused outcome needs, smallest key first; none where the refusal was about something else. */
    List<Holder> holders(TableId table, Outcome outcome);

    /** Notes that a marker has come out here. */
    void arrive(Position at, Marker marker);

    /**
     * Advances the position and commits.
     *
     * @return false if the position is no longer {@code from}: another task advanced it, and nothing of this transaction remains
     * @throws PoisonException if the database refuses a row only now; nothing remains
     */
    boolean commit(Position from, Position to, long applied, List<Unwritten> unwritten) throws PoisonException;

    @Override
    void close();
}
