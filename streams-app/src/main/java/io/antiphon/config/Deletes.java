package io.antiphon.config;

import java.util.Locale;

/** What wins when one site deletes a row that another changes. */
public enum Deletes {
    /** The later of the two. */
    LAST_WRITER_WINS,
    /** The delete. */
    DELETE_WINS,
    /** The change. */
    UPDATE_WINS;

    static Deletes named(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** As it is written in the file. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
