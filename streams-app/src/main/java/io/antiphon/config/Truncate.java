package io.antiphon.config;

import java.util.Locale;

/** What becomes of a table's rows when a site truncates it. */
public enum Truncate {
    /** Nothing before a person has said: the site's changes to the table wait. */
    HOLD,
    /** The rows the site had are deleted everywhere, as {@code DELETE} would. */
    DELETE,
    /** The site gets its rows back. */
    RESTORE;

    static Truncate named(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** As it is written in the file. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
