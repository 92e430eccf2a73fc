package io.antiphon.local.stack;

import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.config.Configuration;
import java.util.List;

/** The databases a configuration names. */
public final class Sites {
    private Sites() {}

    public static List<PostgresSite> of(Configuration configuration) {
        return configuration.sites().stream()
                .map(site -> new PostgresSite(
                        configuration.mesh(),
                        site.id(),
                        site.url(),
                        site.user(),
                        site.password().revealed()))
                .toList();
    }
}
