package io.antiphon.site;

import io.antiphon.local.stack.Installation;
import java.nio.file.Path;

/** Where a test's databases come from: servers of this machine, or containers when {@code -Dantiphon.sites=containers} asks for them. */
public interface Databases {
    /** Names the provider: {@code embedded}, which is the default, or {@code containers}. */
    String PROPERTY = "antiphon.sites";

    /** Starts an empty database of this name; returns when it can be connected to. */
    Database start(String name, WallClock clock);

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
