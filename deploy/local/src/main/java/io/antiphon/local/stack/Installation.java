package io.antiphon.local.stack;

import io.antiphon.local.postgres.PostgresBinaries;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The folder with everything the stack's processes run from, as the build assembles it.
 *
 * @param folder holds {@code kafka}, {@code registry}, {@code resolver} and {@code plugins}
 */
public record Installation(Path folder) {
    /** Names the folder where it is not beside the running code. */
    public static final String PROPERTY = "antiphon.runtime";

    /** The environment variable that names the jars of users' own merges, as a class path. */
    public static final String MERGES = "ANTIPHON_MERGES";

    public Installation {
        folder = folder.toAbsolutePath().normalize();
        if (!Files.isDirectory(folder.resolve("kafka")) || !Files.isDirectory(folder.resolve("plugins"))) {
            throw new StackException("no runtime in " + folder + ": run mvn package first, or start with ./antiphon");
        }
    }

    /** The one that belongs to the running code: {@code runtime/cli/*.jar}, or {@code target/classes} while developing. */
    public static Installation found() {
        String named = System.getProperty(PROPERTY);
        if (named != null) {
            return new Installation(Path.of(named));
        }
        try {
            Path code = Path.of(Installation.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path beside = code.resolveSibling("runtime");
            return new Installation(Files.isDirectory(beside) ? beside : code.resolve("../.."));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    String kafkaClassPath() {
        return folder.resolve("kafka") + "/*";
    }

    /** With the merges that users bring along. */
    String resolverClassPath() {
        String merges = System.getenv(MERGES);
        return folder.resolve("resolver") + "/*"
                + (merges == null || merges.isBlank() ? "" : File.pathSeparator + merges);
    }

    /** What a part's class path is made of. */
    Path jars(Part part) {
        return folder.resolve(
                switch (part) {
                    case BROKER, CONNECT -> "kafka";
                    case REGISTRY -> "registry";
                    case RESOLVER -> "resolver";
                });
    }

    Path plugins() {
        return folder.resolve("plugins");
    }

    /** Debezium's own sink, which the benchmark compares with; not on the plug-in path otherwise. */
    public Path baselinePlugins() {
        return folder.resolve("baseline");
    }

    Path registryJar() {
        try (Stream<Path> files = Files.list(folder.resolve("registry"))) {
            return files.filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(() -> new StackException("no registry in " + folder + ": run mvn package again"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** PostgreSQL for the demo and tests, unpacked on first use. */
    public PostgresBinaries postgres() {
        return PostgresBinaries.in(folder.resolve("postgresql"));
    }
}
