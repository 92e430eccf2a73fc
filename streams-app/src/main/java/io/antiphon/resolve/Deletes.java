package io.antiphon.resolve;

import java.util.List;
import java.util.Locale;

/** Whether a row is there of which one site deleted what another wrote, neither knowing of the other. */
public enum Deletes {
    /** The later of the two decides. */
    LAST_WRITER_WINS,
    /** The row is gone. */
    DELETE_WINS,
    /** The row is there. */
    UPDATE_WINS;

    /** As it is written in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the row exists of which these writes, none of which had seen another, say that it does or does not. */
    boolean exists(List<Contests.Assertion> assertions) {
        return switch (this) {
            case LAST_WRITER_WINS -> assertions.get(assertions.size() - 1).exists();
            case DELETE_WINS -> assertions.stream().allMatch(Contests.Assertion::exists);
            case UPDATE_WINS -> assertions.stream().anyMatch(Contests.Assertion::exists);
        };
    }
}
