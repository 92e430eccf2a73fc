package io.antiphon.site;

import io.antiphon.local.stack.Installation;
import java.nio.file.Path;
import java.util.Map;

/** Where a test's databases come from: servers of this machine, or containers when {@code -Dantiphon.sites=containers} asks for them. */
public interface Databases {
    /** Names the provider: {@code embedded}, which is the default, or {@code containers}. */
    String PROPERTY = "antiphon.sites";

    /**
     * Starts an empty database of this name; returns when it can be connected to.
     *
     * @param settings of the server, instead of those that make it fit
     */
    Database start(String name, WallClock clock, Map<String, String> settings);

    /** Starts an empty database of this name that is fit to be a site and has the right time. */
    default Database start(String name) {
        return start(name, WallClock.RIGHT, Map.of());
    }

    /** The provider that was asked for; skips the test, and says why, where it cannot be had. */
    static Databases chosen(Installation installation, Path folder) {
        String asked = System.getProperty(PROPERTY, "embedded");
        return switch (asked) {
            case "embedded" -> new EmbeddedDatabases(installation, folder);
            case "containers" -> ContainerDatabases.orSkip();
            default ->
                throw new IllegalArgumentException(
                        "-D" + PROPERTY + "=" + asked + ": it is 'embedded' or 'containers'");
        };
    }
}
