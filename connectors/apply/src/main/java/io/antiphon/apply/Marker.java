package io.antiphon.apply;

/**
 * The question of one {@code antiphon wait}, come out of a resolved topic-partition.
 *
 * @param site where it was asked
 */
public record Marker(String token, String site) {
    /** Reads {@code token@site}. */
    static Marker parse(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a marker: it is a token and a site, joined by '@'");
        }
        return new Marker(text.substring(0, at), text.substring(at + 1));
    }
}
