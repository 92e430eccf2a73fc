package io.antiphon.local.terminal;

import java.util.Locale;

/** A progress bar in one line. */
public final class Bar {
    private static final int WIDTH = 30;

    private Bar() {}

    /** How much of a whole is done; only the count where the whole is not known. */
    public static String of(String what, long done, long of) {
        if (of <= 0) {
            return String.format(Locale.ROOT, "%-12s %,d", what, done);
        }
        int filled = (int) (WIDTH * Math.min(done, of) / of);
        return String.format(
                Locale.ROOT, "%-12s [%s%s] %,d of %,d", what, "#".repeat(filled), ".".repeat(WIDTH - filled), done, of);
    }
}
