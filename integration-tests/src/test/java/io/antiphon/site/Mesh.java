package io.antiphon.site;

import static io.antiphon.site.Eventually.eventually;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.config.Ports;
import io.antiphon.config.Retention;
import io.antiphon.config.Secret;
import io.antiphon.config.Table;
import io.antiphon.config.Truncate;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.DeadLetter;
import io.antiphon.local.agreement.Arrival;
import io.antiphon.local.agreement.FirstRound;
import io.antiphon.local.stack.Home;
import io.antiphon.local.stack.Installation;
import io.antiphon.local.stack.Options;
import io.antiphon.local.stack.Stack;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * A running pipeline between real databases, as a deployment has it: several partitions, sink tasks and resolver threads, because most
 * holes exist only then.
 */
public final class Mesh implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PARTITIONS = 3;
    private static final int RESOLVER_THREADS = 2;
    private static final int SINK_TASKS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration MAX_CLOCK_SKEW = Duration.ofSeconds(10);
    private static final Path FOLDER = Path.of("target", "meshes");

    private final List<AutoCloseable> closings = new ArrayList<>();
    private final Map<String, Site> sites = new LinkedHashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private @Nullable Stack stack;
    private @Nullable Topic<Conflict> conflicts;
    private @Nullable Topic<DeadLetter> deadLetters;

    private Mesh(Path folder) {
        this.folder = folder;
    }

    /** Starts databases and the pipeline between them; returns when it replicates. */
    public static Mesh start(String name, Map<String, WallClock> clocks, Collection<Ground> grounds) {
        var mesh = new Mesh(FOLDER.resolve(name));
        try {
            mesh.begin(name, clocks, grounds);
            return mesh;
        } catch (RuntimeException | Error e) {
            mesh.close();
            throw e;
        }
    }

    private void begin(String name, Map<String, WallClock> clocks, Collection<Ground> grounds) {
        Home.delete(folder);
        Installation installation = Installation.found();
        Databases databases = Databases.chosen(installation, folder.resolve("sites"));
        clocks.forEach((site, clock) -> {
            Database database = databases.start(site, clock, Map.of());
            closings.add(database);
            sites.put(site, new Site(new SiteId(site), database, "public", () -> stack().connect()));
        });
        sites.values().forEach(site -> grounds.forEach(ground -> ground.layAt(site)));
        runs(configuration(name, grounds));
    }

    private void runs(Configuration configuration) {
        Installation installation = Installation.found();
        stack = Stack.start(configuration, folder.resolve("stack"), installation, Options.small(this::note));
        new FirstRound(stack, this::note).await(PATIENCE);
        var topics = new Topics(configuration.mesh());
        String brokers = stack.endpoints().bootstrapServers();
        conflicts = new Topic<>(brokers, topics.conflicts(), Conflict.getClassSchema(), Conflict.class);
        deadLetters = new Topic<>(brokers, topics.deadLetters(), DeadLetter.getClassSchema(), DeadLetter.class);
    }

    private Configuration configuration(String name, Collection<Ground> grounds) {
        Site first = sites.values().iterator().next();
        return new Configuration(
                new MeshName(name),
                sites.values().stream()
                        .map(site -> new io.antiphon.config.Site(
                                site.id(),
                                site.database().url(),
                                site.database().user(),
                                new Secret(site.database().password())))
                        .toList(),
                grounds.stream()
                        .flatMap(ground -> ground.tablesAt(first).stream().map(ground::table))
                        .toList(),
                new Kafka.Embedded(),
                Ports.anyFree(),
                PARTITIONS,
                MAX_CLOCK_SKEW,
                RESOLVER_THREADS,
                SINK_TASKS,
                Retention.usual());
    }

    public Site site(String name) {
        Site site = sites.get(name);
        if (site == null) {
            throw new IllegalArgumentException("no site " + name + " in " + sites.keySet());
        }
        return site;
    }

    public Collection<Site> sites() {
        return sites.values();
    }

    public Stack stack() {
        if (stack == null) {
            throw new IllegalStateException("the mesh has not started");
        }
        return stack;
    }

    /** Returns when every part and every site answers again. */
    public void recovers() {
        sites.values().forEach(site -> eventually(() -> site.strings("SELECT 1")));
        stack().awaitReady();
    }

    /**
     * Returns when everything that was committed at any site before the call has been decided and applied everywhere, and so has all that
     * followed from that: the echoes have been read, and what had to be sent again has arrived.
     */
    public void settles(Collection<TableId> tables) {
        passes(tables);
        passes(tables);
    }

    /** Puts a question into every site's log, and waits until it has come out at every site. */
    private void passes(Collection<TableId> tables) {
        Arrival.Outcome outcome =
                new Arrival(stack().configuration(), tables, stack().endpoints()).await(PATIENCE, (markers, of) -> {});
        Assertions.assertThat(outcome)
                .as("everything committed before is applied everywhere")
                .isInstanceOf(Arrival.Outcome.Everything.class);
    }

    /** What was decided between changes to a table that did not know of each other. */
    public List<Conflict> conflicts(TableId table) {
        return started(conflicts).all().stream()
                .filter(conflict -> table.equals(new TableId(
                        conflict.getSchemaName().toString(),
                        conflict.getTableName().toString())))
                .toList();
    }

    /** What of a table could not be carried. */
    public List<DeadLetter> deadLetters(TableId table) {
        return started(deadLetters).all().stream()
                .filter(letter -> table.equals(new TableId(
                        letter.getSchemaName().toString(), letter.getTableName().toString())))
                .toList();
    }

    /** Why a table is held, empty where it is not. */
    public String held(TableId table) {
        return status().path("tables").path(table.toString()).path("held").asText("");
    }

    public Topics topics() {
        return new Topics(stack().configuration().mesh());
    }

    /** Stops and starts again, with another answer to what a TRUNCATE means. */
    public void startsAgain(Truncate truncate) {
        Configuration was = stack().configuration();
        closeAll(conflicts, deadLetters, stack);
        runs(new Configuration(
                was.mesh(),
                was.sites(),
                was.tables().stream()
                        .map(table -> new Table(
                                table.id(),
                                table.granularity(),
                                table.together(),
                                table.merge(),
                                table.merges(),
                                table.deletes(),
                                truncate,
                                table.allowedTriggers(),
                                table.parks()))
                        .toList(),
                was.kafka(),
                was.ports(),
                was.partitions(),
                was.maxClockSkew(),
                was.resolverThreads(),
                was.sinkTasks(),
                was.retention()));
    }

    /** What the resolver tells of itself. */
    public JsonNode status() {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(stack().endpoints().http() + "/api/status"))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closeAll(conflicts, deadLetters, stack);
        closeAll(closings.toArray(AutoCloseable[]::new));
    }

    private void closeAll(@Nullable AutoCloseable... all) {
        for (AutoCloseable one : all) {
            try {
                if (one != null) {
                    one.close();
                }
            } catch (Exception e) {
                note("does not close: " + e);
            }
        }
    }

    private static <T> T started(@Nullable T made) {
        if (made == null) {
            throw new IllegalStateException("the mesh has not started");
        }
        return made;
    }

    private synchronized void note(String event) {
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("events.log"),
                    LocalTime.now() + " " + event + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
