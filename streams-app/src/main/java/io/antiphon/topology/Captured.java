package io.antiphon.topology;

import io.antiphon.contract.Answer;
import io.antiphon.contract.Marker;
import io.antiphon.resolve.Heard;

/** What a captured record says. */
sealed interface Captured {
    /** Where it stood in the site's log. */
    LogPosition at();

    /** Something about one row. */
    record OfRow(LogPosition at, Heard heard) implements Captured {}

    /** The site's answer to the outcomes of this partition. */
    record Answered(LogPosition at, Answer answer) implements Captured {}

    /** A question by {@code antiphon wait}. */
    record Asked(LogPosition at, Marker marker) implements Captured {}

    /**
     * The table was emptied without a word about its rows.
     *
     * @param commitTime microseconds, as the site's database notes it
     * @param time commit time with a clock that runs ahead pulled back
     */
    record Truncated(LogPosition at, long commitTime, long time) implements Captured {}

    /** A snapshot has shown all rows there were. */
    record SnapshotEnded(LogPosition at) implements Captured {}

    /** Nothing to us. */
    record Other(LogPosition at) implements Captured {}
}
