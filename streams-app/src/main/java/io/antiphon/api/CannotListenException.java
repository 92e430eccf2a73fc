package io.antiphon.api;

/** The HTTP port could not be opened; the message is one line with the cause and the mend. */
public final class CannotListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotListenException(String oneLine, Throwable cause) {
        super(oneLine, cause);
    }
}
