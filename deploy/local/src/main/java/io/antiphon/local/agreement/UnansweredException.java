package io.antiphon.local.agreement;

/** A site stopped answering in the middle of a question, in one line. */
public final class UnansweredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnansweredException(String oneLine) {
        super(oneLine);
    }
}
