package io.antiphon.resolve;

/** What became of a person's decision. */
public sealed interface Verdict {
    /** It is carried out as a write that has seen everything it decides about, and the conflict is closed. */
    record Accepted(Outcome.Resolved outcome) implements Verdict {}

    /** Nothing of the row is open: it was decided already. */
    record NothingOpen() implements Verdict {}

    /** The row is no longer what the person saw. */
    record MovedOn(OpenConflict open) implements Verdict {}

    /** The site that was to be kept has no part in the conflict. */
    record NoSuchSide(OpenConflict open) implements Verdict {}
}
