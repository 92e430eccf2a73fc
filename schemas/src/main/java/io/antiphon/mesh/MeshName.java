package io.antiphon.mesh;

import java.util.regex.Pattern;

/**
 * The name of a mesh: the sites, targets and tables kept in agreement by one configuration.
 *
 * <p>Lower-case letters, digits and underscores, starting with a letter, at most 30 characters, because it becomes part of
 * topic names, replication slots, publications and origins.
 *
 * @throws IllegalArgumentException if the text is not such a name
 */
public record MeshName(String text) {
    static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_]{0,29}");

    public MeshName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' cannot name a mesh: use lower-case letters, digits and '_', starting with a letter, at most 30");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
