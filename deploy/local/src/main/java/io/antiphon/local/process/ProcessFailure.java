package io.antiphon.local.process;

/** A process that did not start, in a line that says why, where its log is and what the log said last. */
public final class ProcessFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ProcessFailure(String message) {
        super(message);
    }
}
