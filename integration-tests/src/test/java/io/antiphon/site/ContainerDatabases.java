package io.antiphon.site;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** PostgreSQL servers in containers. */
final class ContainerDatabases implements Databases {
    /** Names the image; any with the official image's environment and entry point will do. */
    private static final String IMAGE = "antiphon.sites.image";

    private static final int PORT = 5432;
    private static final String USER = "antiphon";

    private ContainerDatabases() {}

    static Databases orSkip() {
        Assumptions.assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "containers were asked for with -D" + PROPERTY + ", and there is no Docker engine here");
        return new ContainerDatabases();
    }

    @Override
    public Database start(String name, WallClock clock) {
        Assumptions.assumeTrue(clock == WallClock.RIGHT, "a container's clock is its machine's");
        GenericContainer<?> container = new GenericContainer<>(
                        DockerImageName.parse(System.getProperty(IMAGE, "postgres:18")))
                .withEnv("POSTGRES_USER", USER)
                .withEnv("POSTGRES_PASSWORD", USER)
                .withEnv("POSTGRES_DB", name)
                .withExposedPorts(PORT)
                .withCommand(List.of(
                                "postgres",
                                "-c",
                                "wal_level=logical",
                                "-c",
                                "track_commit_timestamp=on",
                                "-c",
                                "max_replication_slots=20",
                                "-c",
                                "max_wal_senders=20",
                                "-c",
                                "max_active_replication_origins=60",
                                "-c",
                                "fsync=off",
                                "-c",
                                "timezone=UTC")
                        .toArray(String[]::new))
                .waitingFor(Wait.forLogMessage(".*database system is ready to accept connections.*\\n", 2))
                .withStartupTimeout(Duration.ofSeconds(120));
        // A container that is killed comes back with another port unless the port is fixed.
        container.setPortBindings(List.of(new io.antiphon.local.stack.FreePorts("127.0.0.1").any() + ":" + PORT));
        container.start();
        return new Contained(name, container);
    }

    private record Contained(String name, GenericContainer<?> container) implements Database {
        @Override
        public String url() {
            return "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(PORT) + "/" + name;
        }

        @Override
        public String user() {
            return USER;
        }

        @Override
        public String password() {
            return USER;
        }

        @Override
        public void crash() {
            var docker = container.getDockerClient();
            docker.killContainerCmd(container.getContainerId()).exec();
            docker.startContainerCmd(container.getContainerId()).exec();
        }

        @Override
        public void close() {
            container.stop();
        }
    }
}
