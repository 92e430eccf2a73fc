package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** What a person decided about the open conflict of a row. */
public sealed interface Decision {
    /** The version of the row the person saw. */
    long seen();

    /** When it was decided, microseconds. */
    long time();

    /** What one site wrote is kept: of a row that stands, the columns that others wrote too. */
    record Keep(long seen, SiteId site, long time) implements Decision {}

    /**
     * The row is this.
     *
     * @param row null is deleted
     * @param columns those the person gave; the others stay as they stand
     */
    record Write(long seen, @Nullable Row row, BitSet columns, long time) implements Decision {}
}
