package io.antiphon.config;

import io.antiphon.mesh.SiteId;

/**
 * A database that is written by applications and kept in agreement, and how to reach it.
 *
 * @param url as in {@code jdbc:postgresql://host:5432/database}; holds neither user nor password
 * @param password empty where the database asks for none
 */
public record Site(SiteId id, String url, String user, Secret password) {
    private static final String FORM = "jdbc:postgresql://";

    public Site {
        if (!url.startsWith(FORM)) {
            throw new IllegalArgumentException(
                    "the url of site " + id + " is not a PostgreSQL one: write " + FORM + "host:5432/database");
        }
        if (user.isBlank()) {
            throw new IllegalArgumentException("the user of site " + id + " is empty");
        }
    }
}
