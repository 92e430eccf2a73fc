package io.antiphon.local.stack;

import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.config.Ports;
import io.antiphon.config.Site;
import io.antiphon.local.process.Launch;
import io.antiphon.mesh.SiteId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How each part is started: its configuration file in the home, its class path and its flags. */
final class Launches {
    /** Rows with large values are large records. */
    static final String LARGEST_RECORD = Integer.toString(32 << 20);

    private final Installation installation;
    private final Home home;
    private final Configuration configuration;
    private final Endpoints endpoints;
    private final Ports ports;
    private final Options options;
    private final Map<Part, ClassArchive> archives = new EnumMap<>(Part.class);

    /** @param ports the ones that are used, none of them 0 */
    Launches(
            Installation installation,
            Home home,
            Configuration configuration,
            Endpoints endpoints,
            Ports ports,
            Options options) {
        this.installation = installation;
        this.home = home;
        this.configuration = configuration;
        this.endpoints = endpoints;
        this.ports = ports;
        this.options = options;
    }

    /** The broker; {@code controllerPort} is only for itself. */
    Launch broker(int controllerPort) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put(
                "listeners",
                "PLAINTEXT://" + ports.listen() + ":" + ports.kafka() + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://" + endpoints.bootstrapServers());
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", home.of("broker").toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("default.replication.factor", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // A broker that crashed is let in again when its former session is over, and a transaction that follows on
        // another's heels waits
        // here, not in the client, which would wait much longer.
        settings.put("broker.session.timeout.ms", "4000");
        settings.put("broker.heartbeat.interval.ms", "1000");
        settings.put("add.partitions.to.txn.retry.backoff.ms", "5");
        settings.put("add.partitions.to.txn.retry.backoff.max.ms", "500");
        settings.put("message.max.bytes", LARGEST_RECORD);
        settings.put("replica.fetch.max.bytes", LARGEST_RECORD);
        settings.put("log.segment.bytes", Integer.toString(128 << 20));
        settings.put("log.retention.check.interval.ms", "60000");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        settings.put("num.recovery.threads.per.data.dir", "2");
        settings.putAll(options.moreBrokerSettings());
        Path file = Settings.write(home.of("conf").resolve("broker.properties"), settings);
        return java(
                Part.BROKER,
                List.of(
                        "-Dlog4j2.configurationFile=" + logging(),
                        "-cp",
                        installation.kafkaClassPath(),
                        "kafka.Kafka",
                        file.toString()),
                Map.of());
    }

    /** Makes the broker's folder a broker's folder. */
    List<String> format() {
        return List.of(
                javaProgram(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + home.tmp(),
                "-cp",
                installation.kafkaClassPath(),
                "kafka.tools.StorageTool",
                "format",
                "--ignore-formatted",
                "--cluster-id",
                org.apache.kafka.common.Uuid.randomUuid().toString(),
                "--config",
                home.of("conf").resolve("broker.properties").toString());
    }

    Launch registry() {
        Path database = home.of("registry").resolve("registry");
        return java(
                Part.REGISTRY,
                List.of(
                        "-Dquarkus.http.host=" + ports.listen(),
                        "-Dquarkus.http.port=" + ports.registry(),
                        "-Dquarkus.http.access-log.enabled=false",
                        "-Dquarkus.log.level=WARN",
                        "-Dquarkus.log.category.\"io.apicurio\".level=WARN",
                        "-Dapicurio.storage.kind=sql",
                        "-Dapicurio.storage.sql.kind=h2",
                        // An id that a client has been told must not be given again after a crash: write before
                        // answering.
                        "-Dapicurio.datasource.url=jdbc:h2:file:" + database + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE",
                        "-Dapicurio.datasource.jdbc.initial-size=2",
                        "-Dapicurio.datasource.jdbc.min-size=1",
                        "-Dapicurio.datasource.jdbc.max-size=10",
                        "-jar",
                        installation.registryJar().toString()),
                Map.of());
    }

    Launch connect() {
        var settings = new LinkedHashMap<String, String>();
        settings.put("bootstrap.servers", endpoints.bootstrapServers());
        settings.put("group.id", "antiphon-connect");
        settings.put("config.storage.topic", "antiphon-connect-configs");
        settings.put("config.storage.replication.factor", "1");
        settings.put("offset.storage.topic", "antiphon-connect-offsets");
        settings.put("offset.storage.replication.factor", "1");
        settings.put("offset.storage.partitions", "4");
        settings.put("status.storage.topic", "antiphon-connect-status");
        settings.put("status.storage.replication.factor", "1");
        settings.put("status.storage.partitions", "1");
        settings.put("offset.flush.interval.ms", "1000");
        settings.put("topic.creation.enable", "false");
        settings.put("key.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
        settings.put("value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
        settings.put("listeners", "http://" + ports.listen() + ":" + ports.connect());
        settings.put("plugin.path", installation.plugins().toString());
        settings.put("plugin.discovery", "service_load");
        settings.put("connector.client.config.override.policy", "All");
        settings.put("config.providers", "env");
        settings.put("config.providers.env.class", "org.apache.kafka.common.config.provider.EnvVarConfigProvider");
        settings.put("config.providers.env.param.allowlist.pattern", Passwords.PREFIX + ".*");
        settings.put("scheduled.rebalance.max.delay.ms", "0");
        settings.put("task.shutdown.graceful.timeout.ms", "10000");
        // How long a crashed worker, and the consumers in it, are waited for before others go on in their place.
        settings.put("session.timeout.ms", "6000");
        settings.put("heartbeat.interval.ms", "2000");
        settings.put("consumer.session.timeout.ms", "6000");
        settings.put("consumer.heartbeat.interval.ms", "2000");
        settings.put("consumer.isolation.level", "read_committed");
        settings.put("producer.max.request.size", LARGEST_RECORD);
        settings.putAll(options.moreWorkerSettings());
        Path file = Settings.write(home.of("conf").resolve("connect.properties"), settings);
        return java(
                Part.CONNECT,
                List.of(
                        "-Dlog4j2.configurationFile=" + logging(),
                        "-cp",
                        installation.kafkaClassPath(),
                        "org.apache.kafka.connect.cli.ConnectDistributed",
                        file.toString()),
                Passwords.environment(configuration.sites()));
    }

    Launch resolver() {
        Path file = home.of("conf").resolve("resolver.yaml");
        try {
            configuration
                    .on(new Kafka.Cluster(endpoints.bootstrapServers(), endpoints.registry(), null))
                    .on(ports)
                    .write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return java(
                Part.RESOLVER,
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        installation.resolverClassPath(),
                        "io.antiphon.Main",
                        "--config",
                        file.toString(),
                        "--state-dir",
                        home.of("resolver").toString()),
                options.environment());
    }

    /** To be called when the processes have ended. */
    void settle() {
        archives.values().forEach(ClassArchive::settle);
    }

    private Launch java(Part part, List<String> arguments, Map<String, String> environment) {
        var command = new ArrayList<String>();
        command.add(javaProgram());
        List<String> flags = options.jvm().getOrDefault(part, List.of());
        command.addAll(flags);
        // Java records no flight while it records an archive.
        if (flags.stream().noneMatch(flag -> flag.startsWith("-XX:StartFlightRecording"))) {
            ClassArchive archive = ClassArchive.of(installation.folder(), part, installation.jars(part));
            archives.put(part, archive);
            command.addAll(archive.flags());
        }
        command.addAll(List.of(
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                // Avro makes objects of no other classes of ours.
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.antiphon.contract",
                "-Duser.timezone=UTC",
                "-Djava.io.tmpdir=" + home.tmp()));
        command.addAll(arguments);
        return new Launch(part.title(), command, environment, home.log(part.word()), home.run(part.word()));
    }

    private Path logging() {
        Path file = home.of("conf").resolve("log4j2.xml");
        try (InputStream ours = Launches.class.getResourceAsStream("log4j2.xml")) {
            Files.copy(Objects.requireNonNull(ours), file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Database passwords reach the worker in its environment: not through a topic, nor Connect's REST interface, nor a process list. */
    static final class Passwords {
        private static final String PREFIX = "ANTIPHON_PASSWORD_";

        private Passwords() {}

        /** What stands in a connector's configuration instead of the password. */
        static String reference(SiteId site) {
            return "${env:" + PREFIX + site + "}";
        }

        static Map<String, String> environment(List<Site> sites) {
            var environment = new LinkedHashMap<String, String>();
            sites.forEach(
                    site -> environment.put(PREFIX + site.id(), site.password().revealed()));
            return environment;
        }
    }
}
