package io.antiphon.site;

import static io.antiphon.site.Eventually.eventually;
import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
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
    public Database start(String name, WallClock clock, Map<String, String> settings) {
        Assumptions.assumeTrue(clock == WallClock.RIGHT, "a container's clock is its machine's");
        GenericContainer<?> container = new GenericContainer<>(
                        DockerImageName.parse(System.getProperty(IMAGE, "postgres:18")))
                .withEnv("POSTGRES_USER", USER)
                .withEnv("POSTGRES_PASSWORD", USER)
                .withEnv("POSTGRES_DB", name)
                .withExposedPorts(PORT)
                .withCommand(command(settings))
                .waitingFor(new Connectable(name).withStartupTimeout(Duration.ofSeconds(120)));
        // A container that is killed comes back with another port unless the port is fixed.
        container.setPortBindings(List.of(new io.antiphon.local.stack.FreePorts("127.0.0.1").any() + ":" + PORT));
        container.start();
        return new Contained(name, container);
    }

    private static String[] command(Map<String, String> settings) {
        var all = new TreeMap<>(Map.of(
                "wal_level", "logical",
                "track_commit_timestamp", "on",
                "max_replication_slots", "20",
                "max_wal_senders", "20",
                "max_active_replication_origins", "60",
                "fsync", "off",
                "timezone", "UTC"));
        all.putAll(settings);
        return Stream.concat(
                        Stream.of("postgres"),
                        all.entrySet().stream()
                                .flatMap(entry -> Stream.of("-c", entry.getKey() + "=" + entry.getValue())))
                .toArray(String[]::new);
    }

    private static String url(String host, int port, String name) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + name;
    }

    /** Waits until the database lets somebody in. */
    private static final class Connectable extends AbstractWaitStrategy {
        private final String database;

        private Connectable(String database) {
            this.database = database;
        }

        @Override
        protected void waitUntilReady() {
            String url = url(waitStrategyTarget.getHost(), waitStrategyTarget.getMappedPort(PORT), database);
            await().atMost(startupTimeout)
                    .ignoreExceptionsInstanceOf(SQLException.class)
                    .until(() -> {
                        DriverManager.getConnection(url, USER, USER).close();
                        return true;
                    });
        }
    }

    private record Contained(String name, GenericContainer<?> container) implements Database {
        @Override
        public String url() {
            return ContainerDatabases.url(container.getHost(), container.getMappedPort(PORT), name);
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
        public void stops() {
            container
                    .getDockerClient()
                    .stopContainerCmd(container.getContainerId())
                    .exec();
        }

        @Override
        public void starts() {
            container
                    .getDockerClient()
                    .startContainerCmd(container.getContainerId())
                    .exec();
            eventually(
                    () -> DriverManager.getConnection(url(), user(), password()).close());
        }

        @Override
        public void close() {
            container.stop();
        }
    }
}
