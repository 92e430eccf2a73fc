package io.antiphon;

import io.antiphon.api.CannotListenException;
import io.antiphon.api.Progress;
import io.antiphon.api.StatusServer;
import io.antiphon.config.Configuration;
import io.antiphon.config.ConfigurationException;
import io.antiphon.config.Kafka;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.topology.BrokerTopicEnds;
import io.antiphon.topology.CapturedGapException;
import io.antiphon.topology.LostSchemaException;
import io.antiphon.topology.MeshTopology;
import io.antiphon.topology.RegistrySchemas;
import io.antiphon.topology.StoredRows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The resolver as a process: reads a configuration, runs the topology, tells how it goes over HTTP, closes on SIGTERM. */
@Command(
        name = "antiphon-resolver",
        mixinStandardHelpOptions = true,
        description = "Resolves the captured changes of a mesh into its golden record.")
public final class Main implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(25);
    private static final int STOPPED = 0;
    private static final int FAILED = 1;
    private static final int UNUSABLE = 2;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "An antiphon.yaml whose kafka: names bootstrap.servers and registry.")
    private Path config = Path.of("antiphon.yaml");

    @Option(
            names = "--state-dir",
            required = true,
            paramLabel = "DIR",
            description = "Where the state of the rows is kept; restored from Kafka where it is lost.")
    private Path stateDirectory = Path.of("state");

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            return run(Configuration.read(config, System.getenv()));
        } catch (ConfigurationException | CannotListenException e) {
            LOG.error("{}", e.getMessage());
            return UNUSABLE;
        }
    }

    private int run(Configuration mesh) throws InterruptedException {
        if (!(mesh.kafka() instanceof Kafka.Cluster cluster)) {
            throw new ConfigurationException(config
                    + ": the resolver needs a Kafka to work with: write kafka: { bootstrap.servers: …, registry: … }");
        }
        var progress = new Progress(
                mesh.mesh(),
                mesh.sites().stream().map(Site::id).toList(),
                mesh.tables().stream().map(Table::id).toList());
        var schemas = RegistrySchemas.at(cluster.registry());
        var ends = new BrokerTopicEnds(StreamsSettings.client(cluster), schemas);
        var exit = new AtomicInteger(STOPPED);
        var over = new CountDownLatch(1);
        try (var streams = new KafkaStreams(
                MeshTopology.of(mesh, schemas, ends, progress), StreamsSettings.of(mesh, cluster, stateDirectory))) {
            var failures = new RecentFailures();
            streams.setUncaughtExceptionHandler(failure -> afterFailure(failure, failures, exit));
            streams.setStateListener((now, before) -> {
                LOG.info("resolver.state now={} before={}", now, before);
                if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
                    over.countDown();
                }
            });
            try (var server = StatusServer.start(
                    mesh.ports().listen(),
                    mesh.ports().http(),
                    progress,
                    streams,
                    StoredRows.of(mesh, schemas, streams))) {
                LOG.info("resolver.listening address={} port={}", mesh.ports().listen(), server.port());
                var closing = new Thread(() -> streams.close(CLOSE_WITHIN), "close");
                Runtime.getRuntime().addShutdownHook(closing);
                streams.start();
                over.await();
            }
        }
        return exit.get();
    }

    /** Trouble passes: the thread starts again. What no new start can mend stops the resolver with its reason. */
    private static StreamThreadExceptionResponse afterFailure(
            Throwable failure, RecentFailures failures, AtomicInteger exit) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CapturedGapException || cause instanceof LostSchemaException) {
                LOG.error("resolver.stopped cause=\"{}\"", cause.getMessage());
                exit.set(FAILED);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
        }
        if (failures.areTooMany(System.nanoTime())) {
            LOG.error("resolver.stopped cause=\"its threads fail again and again\"", failure);
            exit.set(FAILED);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        LOG.warn("resolver.thread.failed, starting another", failure);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
