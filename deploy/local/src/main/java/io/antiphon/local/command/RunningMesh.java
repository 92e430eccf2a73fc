package io.antiphon.local.command;

import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.stack.StackException;

/** The mesh a command speaks with. */
final class RunningMesh {
    private RunningMesh() {}

    /**
     * Where it is reached.
     *
     * @throws StackException if it does not run
     */
    static Endpoints of(MeshOptions mesh, Configuration configuration) {
        if (configuration.kafka() instanceof Kafka.Cluster cluster) {
            String connect = cluster.connect();
            return new Endpoints(
                    configuration.mesh().text(),
                    cluster.bootstrapServers(),
                    cluster.registry(),
                    connect == null ? "" : connect,
                    "http://" + configuration.ports().listen() + ":"
                            + configuration.ports().http());
        }
        return Endpoints.in(mesh.home(configuration))
                .orElseThrow(() -> new StackException(mesh.stopped(configuration)));
    }
}
