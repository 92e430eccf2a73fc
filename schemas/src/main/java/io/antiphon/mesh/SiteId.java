package io.antiphon.mesh;

/**
 * The name of a site: a database that is written by applications and kept in agreement.
 *
 * <p>Lower-case letters, digits and underscores, starting with a letter, at most 20 characters; {@code resolved} is taken, because the
 * captured topics of a site stand beside the resolved ones.
 *
 * @throws IllegalArgumentException if the text is not such a name
 */
public record SiteId(String text) implements Comparable<SiteId> {
    /** Stands where a site's name does for what people decided about parked conflicts; the configuration lets no site be called so. */
    public static final SiteId PEOPLE = new SiteId("people");

    public SiteId {
        if (!MeshName.FORM.matcher(text).matches() || text.length() > 20 || text.equals("resolved")) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' cannot name a site: use lower-case letters, digits and '_', starting with a letter, at most 20, and not 'resolved'");
        }
    }

    @Override
    public int compareTo(SiteId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
