package io.antiphon.resolve;

/** A promise was broken in a simulated mesh. */
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String promise) {
        super(promise);
    }
}
