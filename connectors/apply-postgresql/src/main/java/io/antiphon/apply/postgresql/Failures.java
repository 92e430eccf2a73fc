package io.antiphon.apply.postgresql;

import io.antiphon.apply.PoisonException;
import io.antiphon.apply.TroubleException;
import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an error of the database means: that a row is refused for ever, or that it has to be tried again. */
final class Failures {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String EXCLUSION_VIOLATION = "23P01";

    /**
     * Data, constraints, cardinality, unsupported features, program limits, check options, what triggers and functions raise, and
     * statements that do not fit the table.
     */
    private static final Set<String> CLASSES_OF_POISON =
            Set.of("0A", "21", "22", "23", "2F", "38", "39", "42", "44", "54", "P0");

    /** A missing privilege or table is mended outside, and then every row goes through. */
    private static final Set<String> NOT_THE_ROWS_FAULT = Set.of("42501", "42P01");

    private Failures() {}

    /** The error as poison, or trouble thrown. */
    static PoisonException poisonOrTrouble(SQLException e, String doing) {
        String state = state(e);
        if (state.length() == 5
                && CLASSES_OF_POISON.contains(state.substring(0, 2))
                && !NOT_THE_ROWS_FAULT.contains(state)) {
            return new PoisonException(
                    describe(e), state.equals(UNIQUE_VIOLATION) || state.equals(EXCLUSION_VIOLATION), e);
        }
        throw trouble(e, doing);
    }

    static TroubleException trouble(SQLException e, String doing) {
        return new TroubleException(doing + ": " + describe(e), isSessionLost(e), e);
    }

    /** Whether what is known of the table may be out of date. */
    static boolean isAboutTheTable(SQLException e) {
        return state(e).startsWith("42") || state(e).startsWith("0A");
    }

    /** SQLSTATE, message and the constraint by name; not the detail, which quotes the row. */
    static String describe(SQLException e) {
        ServerErrorMessage server = e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
        if (server == null) {
            return state(e) + ": " + e.getMessage();
        }
        String hint = server.getHint() == null ? "" : " (" + server.getHint() + ")";
        return state(e) + ": " + server.getMessage() + hint;
    }

    private static boolean isSessionLost(SQLException e) {
        String state = state(e);
        return state.isEmpty()
                || state.startsWith("08")
                || state.startsWith("57P")
                || state.startsWith("58")
                || state.startsWith("XX");
    }

    private static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }
}
