package io.antiphon.apply;

/** The database refuses a row, and would refuse it again. */
public final class PoisonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean valueTaken;

    /**
     * @param message the database's error with its SQLSTATE
     * @param valueTaken whether another row holds a unique value this one needs, which it may yet release
     */
    public PoisonException(String message, boolean valueTaken, Throwable cause) {
        super(message, cause);
        this.valueTaken = valueTaken;
    }

    boolean valueTaken() {
        return valueTaken;
    }
}
