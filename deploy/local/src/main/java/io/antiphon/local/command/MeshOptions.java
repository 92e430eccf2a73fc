package io.antiphon.local.command;

import io.antiphon.config.Configuration;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which mesh a command is about. */
final class MeshOptions {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            defaultValue = "antiphon.yaml",
            description = "The configuration (default: ${DEFAULT-VALUE}).")
    private Path file = Path.of("antiphon.yaml");

    @Option(
            names = "--home",
            paramLabel = "FOLDER",
            description = "Where the pipeline keeps its data (default: .antiphon/MESH).")
    private @Nullable Path home;

    Configuration configuration() {
        return Configuration.read(file, System.getenv());
    }

    Path home(Configuration configuration) {
        return home != null ? home : Path.of(".antiphon", configuration.mesh().text());
    }

    /** What to say when it does not run. */
    String stopped(Configuration configuration) {
        return configuration.mesh() + " does not run in " + home(configuration) + ": start it with antiphon up";
    }
}
