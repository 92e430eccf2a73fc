package io.antiphon.local.stack;

/** Why the stack cannot go on, in one line with the cause and what to do. */
public final class StackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StackException(String oneLine) {
        super(oneLine);
    }
}
