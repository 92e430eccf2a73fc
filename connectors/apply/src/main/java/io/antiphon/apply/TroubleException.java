package io.antiphon.apply;

/** The store cannot take anything at the moment; the same is tried again later. */
public final class TroubleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean sessionLost;

    /**
     * @param message what is the matter and what is waited for, without row data
     * @param sessionLost whether a new session is needed
     */
    public TroubleException(String message, boolean sessionLost, Throwable cause) {
        super(message, cause);
        this.sessionLost = sessionLost;
    }

    /** Trouble with no exception behind it. */
    public TroubleException(String message, boolean sessionLost) {
        super(message);
        this.sessionLost = sessionLost;
    }

    boolean sessionLost() {
        return sessionLost;
    }
}
