package io.antiphon.topology;

/** A record that can never be read: the bytes themselves are wrong, trying again is of no use. */
public final class UnreadableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableException(String message) {
        super(message);
    }

    UnreadableException(String message, Throwable cause) {
        super(message, cause);
    }
}
