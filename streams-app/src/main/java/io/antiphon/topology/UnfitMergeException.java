package io.antiphon.topology;

/** A merge that the configuration names cannot merge the values of its column: nothing of the table can be decided. */
final class UnfitMergeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfitMergeException(String causeAndMend) {
        super(causeAndMend);
    }
}
