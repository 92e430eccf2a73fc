package io.antiphon.resolve;

import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Two changes that did not know of each other and wanted different things, and who won.
 *
 * @param kind what met what
 * @param rule what decided, as the configuration calls it
 * @param columns columns both changed, empty where existence was contested
 * @param winner the site whose value stands; of several columns, the winner of the most
 * @param standing what stood
 * @param incoming the change that arrived
 */
public record Disagreement(Kind kind, String rule, BitSet columns, SiteId winner, Side standing, Side incoming) {
    /** What stood and what arrived, in this order; a delete of both is none. */
    public enum Kind {
        INSERT_INSERT,
        UPDATE_UPDATE,
        UPDATE_DELETE,
        DELETE_UPDATE,
        DELETE_INSERT,
        SNAPSHOT,
        FORMER_LIFE,
        /** A sum went over a bound: nobody's value is shown. */
        BOUNDED,
        /** One row was given two keys. */
        MOVE_MOVE
    }

    /**
     * One side.
     *
     * @param version the version that stood, 0 for the change that arrived
     * @param seen the newest version its site had seen when it wrote
     * @param row null is deleted
     * @param movedTo the key it gave the row, null where it gave none
     */
    public record Side(
            SiteId site,
            long writeTime,
            long version,
            long seen,
            @Nullable Row row,
            @Nullable RowKey movedTo) {
        Side(SiteId site, long writeTime, long version, long seen, @Nullable Row row) {
            this(site, writeTime, version, seen, row, null);
        }
    }
}
