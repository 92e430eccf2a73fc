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

    /** The table was emptied without a word about its rows. */
    record Truncated(LogPosition at) implements Captured {}

    /** Nothing to us. */
    record Other(LogPosition at) implements Captured {}
}
