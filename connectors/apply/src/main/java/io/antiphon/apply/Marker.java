package io.antiphon.apply;

/**
 * A question of {@code antiphon wait}, come out of a resolved topic-partition, and with it all that the same site asked there before.
 *
 * @param number grows with each question of the site for this topic-partition
 * @param site where it was asked
 */
public record Marker(long number, String site) {
    /** Reads {@code number@site}. */
    static Marker parse(String text) {
        int at = text.lastIndexOf('@');
        try {
            return new Marker(Long.parseLong(text.substring(0, Math.max(at, 0))), text.substring(at + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a marker: it is a number and a site, joined by '@'");
        }
    }
}
