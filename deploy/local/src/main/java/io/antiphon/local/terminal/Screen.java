package io.antiphon.local.terminal;

import java.io.PrintStream;
import java.util.List;

/**
 * Where we print: a terminal, where a block of lines at the bottom is drawn again and again, or something else, where only lines that
 * stay are printed.
 */
public final class Screen {
    private static final String UP_AND_CLEAR = "\u001b[1A\u001b[2K";

    private final PrintStream out;
    private final boolean live;
    private int drawn;

    private Screen(PrintStream out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /** Standard output; the launcher says whether it is a terminal. */
    public static Screen standard() {
        String term = System.getenv("TERM");
        boolean terminal = Boolean.getBoolean("antiphon.terminal") && term != null && !term.equals("dumb");
        return new Screen(System.out, terminal);
    }

    /** Whether {@link #draw} is seen. */
    public boolean live() {
        return live;
    }

    /** Prints a line that stays. */
    public synchronized void say(String line) {
        clear();
        out.println(line);
        out.flush();
    }

    /** Draws a block at the bottom, in place of the one before; nothing where there is no terminal. */
    public synchronized void draw(List<String> lines) {
        if (!live) {
            return;
        }
        clear();
        lines.forEach(out::println);
        drawn = lines.size();
        out.flush();
    }

    /** Takes the block away. */
    public synchronized void clear() {
        for (; drawn > 0; drawn--) {
            out.print(UP_AND_CLEAR);
        }
        out.flush();
    }

    /** The text in bold, on a terminal. */
    public String bold(String text) {
        return live ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    /** The text in a colour that says it is good, on a terminal. */
    public String green(String text) {
        return live ? "\u001b[32m" + text + "\u001b[0m" : text;
    }

    /** The text in a colour that says it is bad, on a terminal. */
    public String red(String text) {
        return live ? "\u001b[31m" + text + "\u001b[0m" : text;
    }

    /** The text less bright, on a terminal. */
    public String dim(String text) {
        return live ? "\u001b[2m" + text + "\u001b[0m" : text;
    }
}
