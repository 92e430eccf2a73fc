package io.antiphon.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known word that was probably meant by an unknown one. */
final class Nearest {
    private Nearest() {}

    static Optional<String> to(String word, Collection<String> known) {
        return known.stream()
                .filter(candidate -> candidate.startsWith(word + ".") || distance(word, candidate) <= reach(word))
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
    }

    private static int reach(String word) {
        return Math.max(1, Math.min(4, word.length() / 3));
    }

    /** Letters to add, drop, change or swap with their neighbour (Damerau 1964, optimal string alignment); case does not count. */
    private static int distance(String one, String other) {
        int[][] d = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : cheapest(one, other, d, i, j);
            }
        }
        return d[one.length()][other.length()];
    }

    private static int cheapest(String one, String other, int[][] d, int i, int j) {
        int cost = same(one, i - 1, other, j - 1) ? 0 : 1;
        int best = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
        boolean swapped = i > 1 && j > 1 && same(one, i - 1, other, j - 2) && same(one, i - 2, other, j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }

    private static boolean same(String one, int at, String other, int there) {
        return Character.toLowerCase(one.charAt(at)) == Character.toLowerCase(other.charAt(there));
    }
}
