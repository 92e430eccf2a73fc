package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.time.HybridTime;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** What a site's log says about one row. */
public sealed interface Heard {
    /** The site whose log it is. */
    SiteId site();

    /** The row as it was there, null where there was none or where the log does not say it. */
    default @Nullable Row before() {
        return null;
    }

    /** What was done to the row. */
    enum Operation {
        INSERT,
        UPDATE,
        DELETE
    }

    /**
     * A change made by an application.
     *
     * @param before the row as it was, null for an insert, or where the log does not carry it
     * @param after the row as it is, null for a delete
     * @param commitTime microseconds, as the site's database notes it: what the guard compares
     * @param time commit time with a clock that runs ahead pulled back: what last-writer-wins compares
     */
    record Local(
            SiteId site,
            Operation operation,
            @Nullable Row before,
            @Nullable Row after,
            long commitTime,
            long time) implements Heard {}

    /**
     * A row was given another key: what is said at the key it had.
     *
     * @param change the delete
     */
    record Departed(Local change, Move move) implements Heard {
        @Override
        public @Nullable Row before() {
            return change.before();
        }

        @Override
        public SiteId site() {
            return change.site();
        }
    }

    /**
     * A row was given another key: what is said at the key it has.
     *
     * @param change the insert
     * @param old the row as it was under its former key, null where the log does not carry it
     * @param keys the key columns
     */
    record Arrived(Local change, Move move, @Nullable Row old, BitSet keys) implements Heard {
        @Override
        public SiteId site() {
            return change.site();
        }
    }

    /**
     * A change made by our own apply connector, seen again.
     *
     * @param mark the version the transaction was marked with
     * @param before the row as it was, null where there was none
     * @param row the row as it is now, null for a delete
     * @param commitTime microseconds
     */
    record Echo(
            SiteId site,
            long mark,
            @Nullable Row before,
            @Nullable Row row,
            long commitTime) implements Heard {}

    /**
     * A row that a snapshot found.
     *
     * @param committed when the row was committed, microseconds, 0 where the database does not know any more
     * @param time when the snapshot was taken, microseconds; it decides nothing
     */
    record Found(SiteId site, Row row, long committed, long time) implements Heard {}

    /**
     * How a row stands at a site after something its log did not say of this row: the table was truncated, a snapshot that was repeated did
     * not show it, or a record could not be read.
     *
     * @param row the row, null where there is none
     * @param commitTime when that came, as the site's database notes it, 0 where nobody knows
     * @param time as {@code commitTime}, with a clock that runs ahead pulled back; what happened nobody knows when yields to whatever its
     *     site had not seen
     * @param answered what the site had answered by then, also after a record of the row that could not be read: that may have been an outcome
     */
    record Stands(SiteId site, @Nullable Row row, long commitTime, long time, long answered) implements Heard {
        /** As it was found to stand, nobody knows since when. */
        public static Stands undated(SiteId site, @Nullable Row row, long answered) {
            return new Stands(site, row, HybridTime.NONE, HybridTime.NONE, answered);
        }
    }

    /**
     * The site lost the row without anybody having meant that: it is to get it back.
     *
     * @param before the row as it was, null where nobody knows
     */
    record Lost(SiteId site, @Nullable Row before) implements Heard {}

    /**
     * The guard met a change the decision did not know.
     *
     * @param version the outcome that was refused
     * @param commitTime commit time of the row that stands there, microseconds
     */
    record Refused(SiteId site, long version, long commitTime) implements Heard {}

    /** A delete found no row. */
    record Absent(SiteId site, long version) implements Heard {}
}
