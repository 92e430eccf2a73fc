package io.antiphon.guarantee;

/** A promise. */
@FunctionalInterface
public interface Guarantee {
    /** Fails, and says what speaks against it, where the promise was broken. */
    void holds(Evidence evidence);
}
