package io.antiphon.config;

/** A text that is never printed; only {@link #revealed()} tells it. */
public record Secret(String revealed) {
    /** The same for every secret. */
    @Override
    public String toString() {
        return "(secret)";
    }
}
