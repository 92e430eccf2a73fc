package io.antiphon.resolve;

import org.jspecify.annotations.Nullable;

/** What follows from something heard. {@link #state()} is what is remembered from now on; null forgets the row. */
public sealed interface Outcome {
    /** What is remembered of the row from now on; null where nothing is known of it. */
    @Nullable
    RowState state();

    /** Nothing is to be sent: an acknowledgement, or something known already. */
    record Noted(@Nullable RowState state) implements Outcome {}

    /** The state's row is to be sent to every site that does not hold it. No change lost anything. */
    record Resolved(RowState state) implements Outcome {}

    /** As {@link Resolved}; and values were lost between changes that did not know of each other. */
    record Decided(RowState state, Disagreement disagreement) implements Outcome {}

    /** As {@link Resolved}, the same row under a fresh version: a site fell back, or its guard refused for a change there never was. */
    record SentAgain(RowState state) implements Outcome {}

    /** Two echoes running were no version of ours: the site rewrites what it is sent. It is not sent again. */
    record Held(RowState state, Heard.Echo echo) implements Outcome {}
}
