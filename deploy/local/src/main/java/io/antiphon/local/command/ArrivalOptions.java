package io.antiphon.local.command;

import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.stack.Home;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is asked of commands that wait for what is on its way: of which mesh, how long, and whether it can arrive at all. */
final class ArrivalOptions {
    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "2m",
            converter = Durations.class,
            description = "How long to wait for what is on its way: 500ms, 30s, 5m (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofMinutes(2);

    Configuration configuration() {
        return mesh.configuration();
    }

    Duration timeout() {
        return timeout;
    }

    /** Whether the pipeline runs, as far as can be told: on somebody's own cluster it may run elsewhere. */
    boolean replicates(Configuration configuration) {
        return configuration.kafka() instanceof Kafka.Cluster || Home.isHeld(mesh.home(configuration));
    }

    Endpoints endpoints(Configuration configuration) {
        return RunningMesh.of(mesh, configuration);
    }

    String stopped(Configuration configuration) {
        return mesh.stopped(configuration);
    }
}
