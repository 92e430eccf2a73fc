package io.antiphon.local.stack;

import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.config.Ports;
import io.antiphon.config.Table;
import io.antiphon.local.process.Health;
import io.antiphon.local.process.Launch;
import io.antiphon.local.process.ProcessFailure;
import io.antiphon.local.process.Supervised;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * A running pipeline on this machine: its processes, its topics and its connectors.
 *
 * <pre>
 *   home ─▶ broker, registry, Connect worker ─▶ topics ─▶ sites prepared ─▶ connectors ─▶ ready
 *                                                     └─▶ resolver ─────────────────────┘
 * </pre>
 *
 * On somebody's own cluster only the resolver is ours; the rest is reached where the configuration says.
 */
public final class Stack implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** The registry goes on without its database when that could not be written to. */
    private static final Duration UNWELL = Duration.ofSeconds(15);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Configuration configuration;
    private final Home home;
    private final Options options;
    private final Endpoints endpoints;
    private final Launches launches;
    private final int controllerPort;
    private final Map<Part, Supervised> parts = new EnumMap<>(Part.class);
    private final ConnectRest connect;
    private final Admin admin;
    private final MeshConnectors connectors;
    private final Continuity continuity;
    private final List<AutoCloseable> watches = new ArrayList<>();

    private Stack(Configuration configuration, Home home, Installation installation, Options options) {
        this.configuration = configuration;
        this.home = home;
        this.options = options;
        var free = new FreePorts(configuration.ports().listen());
        Ports wanted = configuration.ports();
        boolean embedded = configuration.kafka() instanceof Kafka.Embedded;
        var ports = new Ports(
                free.of("http", wanted.http()),
                embedded ? free.of("connect", wanted.connect()) : wanted.connect(),
                embedded ? free.of("kafka", wanted.kafka()) : wanted.kafka(),
                embedded ? free.of("registry", wanted.registry()) : wanted.registry(),
                wanted.listen());
        this.controllerPort = embedded ? new FreePorts(Ports.LOOPBACK).any() : 0;
        this.endpoints = endpoints(configuration, ports);
        this.launches = new Launches(installation, home, configuration, endpoints, ports, options);
        this.connect = new ConnectRest(endpoints.connect());
        this.admin = Admin.create(Map.of(
                "bootstrap.servers", endpoints.bootstrapServers(),
                "client.id", "antiphon",
                "reconnect.backoff.max.ms", "500",
                "request.timeout.ms", "10000",
                "default.api.timeout.ms", "60000"));
        home.ended().forEach(name -> options.progress()
                .accept("ended " + name + ", which a killed predecessor had left running"));
        this.continuity = new Continuity(configuration, home.folder());
        this.connectors = new MeshConnectors(configuration, endpoints, connect, options.stages());
    }

    /**
     * Starts everything, and returns when every part and every connector runs.
     *
     * @param folder where the stack keeps its data
     * @throws StackException in one line, if it cannot; nothing is left running then
     */
    public static Stack start(Configuration configuration, Path folder, Installation installation, Options options) {
        Home home = Home.of(folder);
        AutoCloseable begun = home;
        try {
            DiskSpace.check(home.folder());
            var stack = new Stack(configuration, home, installation, options);
            begun = stack;
            stack.watches.add(DiskSpace.watch(home.folder(), options.progress()));
            stack.reach();
            stack.continuity.check(stack.clusterBefore());
            stack.startParts();
            stack.replicate();
            begun = () -> {};
            return stack;
        } catch (ProcessFailure e) {
            throw new StackException(String.valueOf(e.getMessage()));
        } finally {
            end(begun);
        }
    }

    public Configuration configuration() {
        return configuration;
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    public ConnectRest connect() {
        return connect;
    }

    /** A client of the broker; closed with the stack. */
    public Admin admin() {
        return admin;
    }

    /** Where each part's log is. */
    public Path log(Part part) {
        return home.log(part.word());
    }

    /** A part's process, to crash it, or to stop and start it again. Empty for what is somebody else's cluster. */
    public Optional<Supervised> process(Part part) {
        return Optional.ofNullable(parts.get(part));
    }

    /** Ends a part as a crash would; it is started again. */
    public void crash(Part part) {
        part(part).crash();
    }

    /** Stops a part in its own way and leaves it down until {@link #startAgain}. */
    public void stop(Part part) {
        part(part).close();
    }

    /** Starts a part that was stopped or crashed, and waits until it answers. */
    public void startAgain(Part part) {
        part(part).startAgain(options.patience());
    }

    /** Waits until every part answers and every connector runs; after crashes, for example. */
    public void awaitReady() {
        parts.values().forEach(part -> part.awaitGood(options.patience()));
        connectors.awaitRunning(options.patience());
    }

    /** Why connectors that have failed did, each in a line. */
    public List<String> failures() {
        try {
            return connectors.failures();
        } catch (StackException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    /** Stops everything in reverse order. Leaves no process and no temporary file; the data stays. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        watches.forEach(Stack::end);
        for (List<Part> together : List.of(List.of(Part.CONNECT, Part.RESOLVER), List.of(Part.REGISTRY, Part.BROKER))) {
            together.stream()
                    .map(parts::get)
                    .filter(part -> part != null)
                    .parallel()
                    .forEach(Supervised::close);
        }
        launches.settle();
        admin.close(Duration.ofSeconds(1));
        home.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(AutoCloseable begun) {
        try {
            begun.close();
        } catch (Exception e) {
            throw new StackException("cannot clean up: " + e);
        }
    }

    /** Looks whether somebody's own cluster is there, before anything is changed. */
    private void reach() {
        if (configuration.kafka() instanceof Kafka.Cluster) {
            reach("broker at " + endpoints.bootstrapServers(), "kafka.bootstrap.servers", this::brokerAnswers);
            reach(
                    "registry at " + endpoints.registry(),
                    "kafka.registry",
                    () -> answers(endpoints.registry() + "/subjects"));
            reach("Kafka Connect at " + endpoints.connect(), "kafka.connect", connect::answers);
            connectors.refuseOthers();
        }
    }

    private static void reach(String what, String key, Health health) {
        String said = "not as it should";
        try {
            if (health.good()) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted");
        } catch (Exception e) {
            said = String.valueOf(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
        throw new StackException("the " + what + " does not answer (" + said + "): start it, or correct " + key
                + " in the configuration");
    }

    private void startParts() {
        if (!(configuration.kafka() instanceof Kafka.Embedded)) {
            return;
        }
        options.progress().accept("starting the broker, the registry and Kafka Connect");
        start(Part.REGISTRY, launches.registry(), () -> answers(endpoints.registry() + "/subjects"));
        Launch broker = launches.broker(controllerPort);
        format();
        start(Part.BROKER, broker, this::brokerAnswers);
        start(Part.CONNECT, launches.connect(), connect::answers);
        part(Part.BROKER).awaitGood(options.patience());
        options.progress().accept("the broker is up at " + endpoints.bootstrapServers());
    }

    private void replicate() {
        Map<String, Uuid> topics = new MeshTopics(configuration).ensure(admin, options.progress());
        options.progress().accept(topics.size() + " topics are there, with the right settings");
        prepareSites();
        process(Part.REGISTRY).ifPresent(registry -> registry.awaitGood(options.patience()));
        options.progress().accept("the registry is up at " + endpoints.registry());
        if (options.stages().contains(Stage.RESOLVE)) {
            start(Part.RESOLVER, launches.resolver(), () -> answers(endpoints.http() + "/health/ready"));
        }
        process(Part.CONNECT).ifPresent(worker -> worker.awaitGood(options.patience()));
        options.progress().accept("Kafka Connect is up at " + endpoints.connect());
        connectors.ensure(clusterId(), topics, options.progress());
        connectors.awaitRunning(options.patience());
        continuity.captures();
        options.progress().accept("the connectors run at every site");
        process(Part.RESOLVER).ifPresent(resolver -> {
            resolver.awaitGood(options.patience());
            options.progress().accept("the resolver is up at " + endpoints.http());
        });
        endpoints.write(home.folder());
        watches.add(Keeper.of(connectors, options.progress()));
        watches.add(SiteWatch.over(Sites.of(configuration), continuity, connectors, options.progress()));
    }

    private void prepareSites() {
        List<io.antiphon.mesh.TableId> tables =
                configuration.tables().stream().map(Table::id).toList();
        for (PostgresSite site : Sites.of(configuration)) {
            try {
                site.prepare(tables);
            } catch (SQLException e) {
                throw new StackException("cannot prepare " + site + ": " + e.getMessage());
            }
            options.progress().accept("site " + site.id() + " is prepared");
        }
    }

    private void start(Part part, Launch launch, Health health) {
        var supervised = new Supervised(
                launch, health, GRACE, part == Part.REGISTRY ? UNWELL : Duration.ZERO, options.progress());
        parts.put(part, supervised);
        supervised.start();
    }

    private Supervised part(Part part) {
        return process(part).orElseThrow(() -> new StackException(part.title() + " is not ours to stop or start"));
    }

    private boolean brokerAnswers() throws Exception {
        return !admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).isEmpty();
    }

    /** The cluster that an earlier run has left in the home, or somebody else's. */
    private Optional<String> clusterBefore() {
        if (!(configuration.kafka() instanceof Kafka.Embedded)) {
            return Optional.of(clusterId());
        }
        Path file = home.folder().resolve("broker").resolve("meta.properties");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var meta = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            meta.load(reader);
        } catch (IOException e) {
            throw new StackException("cannot read " + file + ": " + e.getMessage());
        }
        return Optional.ofNullable(meta.getProperty("cluster.id"));
    }

    private String clusterId() {
        return MeshTopics.settled(admin.describeCluster().clusterId());
    }

    private boolean answers(String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(Duration.ofSeconds(5))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    private void format() {
        if (Files.exists(home.folder().resolve("broker").resolve("meta.properties"))) {
            return;
        }
        try {
            Process format = new ProcessBuilder(launches.format())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(format.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!format.waitFor(60, TimeUnit.SECONDS) || format.exitValue() != 0) {
                throw new StackException("cannot format the broker's folder: "
                        + said.lines()
                                .filter(line -> !line.isBlank())
                                .reduce((a, b) -> b)
                                .orElse("no reason given"));
            }
        } catch (IOException e) {
            throw new StackException("cannot format the broker's folder: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted");
        }
    }

    private static Endpoints endpoints(Configuration configuration, Ports ports) {
        String http = "http://" + reachable(ports.listen()) + ":" + ports.http();
        if (configuration.kafka() instanceof Kafka.Cluster cluster) {
            if (cluster.connect() == null) {
                throw new StackException(
                        "the configuration names a Kafka cluster but not its Kafka Connect: add kafka.connect");
            }
            return new Endpoints(
                    configuration.mesh().text(),
                    cluster.bootstrapServers(),
                    cluster.registry(),
                    cluster.connect(),
                    http);
        }
        String host = reachable(ports.listen());
        return new Endpoints(
                configuration.mesh().text(),
                host + ":" + ports.kafka(),
                "http://" + host + ":" + ports.registry() + "/apis/ccompat/v7",
                "http://" + host + ":" + ports.connect(),
                http);
    }

    /** What to say to others where we listen on every address. */
    private static String reachable(String listen) {
        if (!listen.equals("0.0.0.0") && !listen.equals("::")) {
            return listen;
        }
        try {
            return InetAddress.getLocalHost().getHostAddress();
        } catch (UnknownHostException e) {
            return Ports.LOOPBACK;
        }
    }
}
