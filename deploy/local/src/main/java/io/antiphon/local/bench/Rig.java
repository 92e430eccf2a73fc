package io.antiphon.local.bench;

import io.antiphon.config.Configuration;
import io.antiphon.config.Deletes;
import io.antiphon.config.Granularity;
import io.antiphon.config.Kafka;
import io.antiphon.config.MergeRule;
import io.antiphon.config.Ports;
import io.antiphon.config.Retention;
import io.antiphon.config.Secret;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.config.Truncate;
import io.antiphon.local.postgres.LocalPostgres;
import io.antiphon.local.stack.FreePorts;
import io.antiphon.local.stack.Home;
import io.antiphon.local.stack.Installation;
import io.antiphon.local.stack.Options;
import io.antiphon.local.stack.Part;
import io.antiphon.local.stack.Stack;
import io.antiphon.local.stack.StackException;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Two sites, the pipeline between them, and everything needed to watch it and to take it apart. */
final class Rig implements AutoCloseable {
    static final String AUTHOR = "berlin";
    static final String OTHER = "tokyo";

    private static final MeshName MESH = new MeshName("bench");
    static final TableId TABLE = new TableId("public", "item");
    static final TableId COUNTERS = new TableId("public", "counter");
    private static final int PARTITIONS = 4;
    private static final int THREADS = 2;
    private static final int TASKS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Telling telling;
    private final Path folder;
    private final Installation installation;
    private final FreePorts free = new FreePorts(Ports.LOOPBACK);
    private final ProcessTimes processes = new ProcessTimes();
    private final Load author;
    private final Load other;
    private final Stack stack;
    private final TopicPositions topics;
    private final Configuration configuration;

    /** Starts everything; nothing is left when it cannot. */
    static Rig start(Path folder, Plan plan, Telling telling) {
        return new Rig(folder, plan, telling);
    }

    private Rig(Path folder, Plan plan, Telling telling) {
        this.folder = folder;
        this.telling = telling;
        this.installation = Installation.found();
        boolean started = false;
        try {
            open.push(Home.of(folder));
            telling.step("starting two PostgreSQL servers");
            LocalPostgres berlin = server(AUTHOR);
            LocalPostgres tokyo = server(OTHER);
            author = load(berlin);
            other = load(tokyo);
            configuration = new Configuration(
                    MESH,
                    List.of(site(berlin), site(tokyo)),
                    tables(plan),
                    new Kafka.Embedded(),
                    Ports.anyFree(),
                    PARTITIONS,
                    Duration.ofSeconds(10),
                    THREADS,
                    TASKS,
                    Retention.usual());
            stack = keep(Stack.start(configuration, folder.resolve("stack"), installation, options(plan)));
            topics = new TopicPositions(stack.admin(), PARTITIONS);
            for (Part part : Part.values()) {
                processes.add(
                        part.name().toLowerCase(java.util.Locale.ROOT),
                        () -> stack.process(part).map(process -> process.pid()).orElse(-1L));
            }
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private static List<Table> tables(Plan plan) {
        Stream<Table> always = Stream.of(Table.of(TABLE), counters());
        return plan.has(Scenario.MERGES)
                ? Stream.concat(always, Merges.tables().stream()).toList()
                : always.toList();
    }

    private static Table counters() {
        return new Table(
                COUNTERS,
                Granularity.COLUMN,
                List.of(),
                MergeRule.lastWriterWins(),
                Map.of("amount", MergeRule.of(MergeRule.ADD_DELTAS)),
                Deletes.LAST_WRITER_WINS,
                Truncate.HOLD,
                Set.of(),
                false);
    }

    private Options options(Plan plan) {
        Options options = Options.small(telling::step);
        if (plan.baseline()) {
            options = options.workerSettings(Map.of(
                    "plugin.path", installation.folder().resolve("plugins") + "," + installation.baselinePlugins()));
        }
        if (plan.profile().isPresent()) {
            Path recordings = created(plan.profile().get().toAbsolutePath());
            for (Part part : List.of(Part.CONNECT, Part.RESOLVER, Part.BROKER)) {
                var flags = new ArrayList<>(options.jvm().getOrDefault(part, List.of()));
                flags.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
                        + recordings.resolve(part.name().toLowerCase(java.util.Locale.ROOT) + ".jfr"));
                flags.add("-XX:+UnlockDiagnosticVMOptions");
                flags.add("-XX:+DebugNonSafepoints");
                options = options.jvm(part, flags);
            }
        }
        return options;
    }

    private static Path created(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new StackException("the folder for recordings cannot be made: " + e.getMessage());
        }
    }

    /** One more server, fit to be written to, with the table. */
    LocalPostgres server(String name) {
        LocalPostgres server =
                keep(LocalPostgres.start(installation.postgres(), name, folder, free.any(), Map.of(), telling::step));
        server.await();
        processes.add("PostgreSQL " + name, () -> server.server().pid());
        return server;
    }

    /** A connection that writes and looks at a server, with the table made there. */
    Load load(LocalPostgres server) {
        Load load = keep(Load.at(server));
        load.makeTable();
        processes.leaveOut(load.backend());
        return load;
    }

    <T extends AutoCloseable> T keep(T opened) {
        open.push(opened);
        return opened;
    }

    Load author() {
        return author;
    }

    Load other() {
        return other;
    }

    Stack stack() {
        return stack;
    }

    TopicPositions topics() {
        return topics;
    }

    ProcessTimes processes() {
        return processes;
    }

    Configuration configuration() {
        return configuration;
    }

    String settings() {
        return PARTITIONS + " partitions, " + TASKS + " sink tasks a site, " + THREADS + " resolver threads, fsync off";
    }

    int tasks() {
        return TASKS;
    }

    String captured(String site) {
        return new Topics(MESH).captured(new SiteId(site), TABLE);
    }

    String resolved(TableId table) {
        return new Topics(MESH).resolved(table);
    }

    String conflicts() {
        return new Topics(MESH).conflicts();
    }

    String group() {
        return new Topics(MESH).resolver();
    }

    /** Captured records of both sites the resolver has taken in. */
    long resolverHasRead() {
        return topics.read(group(), everythingCaptured());
    }

    long capturedOfBoth() {
        return topics.written(everythingCaptured());
    }

    private String[] everythingCaptured() {
        return Stream.of(AUTHOR, OTHER)
                .map(SiteId::new)
                .flatMap(site ->
                        configuration.tables().stream().map(table -> new Topics(MESH).captured(site, table.id())))
                .toArray(String[]::new);
    }

    /** Waits until what is captured is resolved, what is resolved is applied and nothing is on its way any more. */
    void awaitQuiet() {
        long[] before = {-1};
        int[] quiet = {0};
        awaitTrue("everything to settle", 100, () -> {
            long now = capturedOfBoth();
            boolean still = now == before[0] && resolverHasRead() >= now;
            before[0] = now;
            quiet[0] = still ? quiet[0] + 1 : 0;
            return quiet[0] >= 12;
        });
    }

    void stopSinks() {
        stop("apply-" + AUTHOR);
        stop("apply-" + OTHER);
    }

    void resumeSinks() {
        resumeSinkOf(author);
        resumeSinkOf(other);
    }

    void resumeSinkOf(Load site) {
        resume("apply-" + site.site());
    }

    void stopResolver() {
        stack.stop(Part.RESOLVER);
    }

    void startResolver() {
        stack.startAgain(Part.RESOLVER);
    }

    void stop(String connector) {
        stack.connect().stop(connector);
    }

    void resume(String connector) {
        stack.connect().resume(connector);
        awaitTrue(connector, 50, () -> stack.connect().status(connector).running());
    }

    /** Looks again and again, until it is so. */
    void awaitTrue(String what, long everyMillis, BooleanSupplier is) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!is.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                throw new StackException(
                        "waited " + PATIENCE.toMinutes() + " minutes for " + what + " in vain; logs are in " + folder);
            }
            try {
                Thread.sleep(everyMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StackException("interrupted");
            }
        }
    }

    /** Waits for a count to be reached, telling how far it is. */
    void awaitCount(String what, long of, LongSupplier count) {
        awaitTrue(what, 25, () -> {
            long done = count.getAsLong();
            telling.progress(what, done, of);
            return done >= of;
        });
    }

    /** Waits until all rows are at a server. */
    void awaitRows(Load server, Ids ids) {
        awaitTrue("all rows to be at " + server.site(), 25, () -> server.has(ids));
    }

    static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                telling.step("cannot clean up: " + e.getMessage());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Site site(LocalPostgres server) {
        return new Site(new SiteId(server.name()), server.url(), server.user(), new Secret(server.password()));
    }
}
