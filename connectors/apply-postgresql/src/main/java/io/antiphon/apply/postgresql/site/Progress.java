package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;

/** Told how far a comparison has come. */
@FunctionalInterface
public interface Progress {
    /** Nobody is. */
    Progress UNHEARD = (table, compared, estimated) -> {};

    /**
     * Called now and then, and at the end of each table.
     *
     * @param compared how many keys have been compared
     * @param estimated how many there may be; 0 when nobody knows
     */
    void compared(TableId table, long compared, long estimated);
}
