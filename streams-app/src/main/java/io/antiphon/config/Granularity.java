package io.antiphon.config;

import java.util.Locale;

/** What concurrent changes of one row are decided on. */
public enum Granularity {
    /** Each column, or group of columns, by itself: what only one side changed is kept. */
    COLUMN,
    /** The row as a whole: one side's row wins. */
    ROW;

    static Granularity named(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** As it is written in the file. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
