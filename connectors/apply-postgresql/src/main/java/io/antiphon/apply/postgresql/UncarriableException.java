package io.antiphon.apply.postgresql;

/** A value cannot be written as exactly what it is. */
final class UncarriableException extends Exception {
    private static final long serialVersionUID = 1L;

    UncarriableException(String message) {
        super(message);
    }
}
