package io.antiphon.local.stack;

import io.antiphon.apply.ApplyConfiguration;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.capture.CaptureConfiguration;
import io.antiphon.config.Configuration;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.local.process.Deadline;
import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.postgresql.Driver;

/** The mesh's connectors: capture and apply for each site. */
final class MeshConnectors {
    private static final int TRIES = 5;
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Configuration configuration;
    private final Endpoints endpoints;
    private final ConnectRest connect;
    private final Set<Stage> stages;
    private final List<String> names;

    MeshConnectors(Configuration configuration, Endpoints endpoints, ConnectRest connect, Set<Stage> stages) {
        this.configuration = configuration;
        this.stages = stages;
        this.endpoints = endpoints;
        this.connect = connect;
        var all = new ArrayList<String>();
        for (Site site : configuration.sites()) {
            all.add(capture(site.id()));
            if (stages.contains(Stage.APPLY)) {
                all.add(apply(site.id()));
            }
        }
        this.names = List.copyOf(all);
    }

    static String capture(SiteId site) {
        return "capture-" + site;
    }

    static String apply(SiteId site) {
        return "apply-" + site;
    }

    List<String> names() {
        return names;
    }

    ConnectRest.Status status(String name) {
        return connect.status(name);
    }

    List<String> failures() {
        return names.stream()
                .flatMap(name -> status(name).failure().map(reason -> name + " failed: " + reason).stream())
                .toList();
    }

    void restartFailed(String name) {
        connect.restartFailed(name);
    }

    /** What reads from and writes to a site pauses until the next start. */
    void pauseAt(SiteId site) {
        Stream.of(capture(site), apply(site)).filter(names::contains).forEach(connect::pause);
    }

    /** @throws StackException if one of these names is another mesh's */
    void refuseOthers() {
        List<String> existing = connect.connectors();
        names.stream()
                .filter(name -> existing.contains(name) && !connect.isOf(configuration.mesh(), name))
                .findFirst()
                .ifPresent(name -> {
                    throw new StackException(
                            "connector " + name
                                    + " of this Kafka Connect is another mesh's: give each mesh a Kafka Connect of its own, or name the site otherwise");
                });
    }

    /** Creates what is not there, changes what differs, lets go on what was paused, and removes those of sites that left the mesh. */
    void ensure(String clusterId, Map<String, Uuid> topics, Consumer<String> events) {
        List<String> existing = connect.connectors();
        Map<String, Map<String, String>> wanted = render(clusterId, topics);
        wanted.forEach((name, settings) -> {
            connect.put(name, settings);
            if (existing.contains(name) && connect.status(name).state().equals("PAUSED")) {
                connect.resume(name);
                events.accept(name + " was paused; it goes on");
            }
        });
        existing.stream()
                .filter(name -> name.startsWith("capture-") || name.startsWith("apply-"))
                .filter(name -> !wanted.containsKey(name) && connect.isOf(configuration.mesh(), name))
                .forEach(name -> {
                    connect.delete(name);
                    events.accept(name + " is removed: its site is not in the configuration any more");
                });
    }

    /** @throws StackException if one fails several times running, or is not there in time */
    void awaitRunning(Duration patience) {
        Deadline deadline = Deadline.in(patience);
        var failures = new HashMap<String, Integer>();
        for (String name : names) {
            while (!connect.status(name).running()) {
                ConnectRest.Status status = connect.status(name);
                if (status.failure().isPresent()) {
                    if (failures.merge(name, 1, Integer::sum) >= TRIES) {
                        throw new StackException(
                                name + " does not start: " + status.failure().get());
                    }
                    connect.restartFailed(name);
                }
                if (deadline.passed()) {
                    throw new StackException(name + " does not run after " + patience.toSeconds() + " s: it is "
                            + status.state() + ", its tasks "
                            + status.tasks().stream()
                                    .map(ConnectRest.Task::state)
                                    .toList());
                }
                Deadline.pause(LOOK);
            }
        }
    }

    private Map<String, Map<String, String>> render(String clusterId, Map<String, Uuid> topicIds) {
        var topics = new Topics(configuration.mesh());
        var resolved = configuration.tables().stream()
                .map(table -> topics.resolved(table.id()))
                .collect(Collectors.toMap(
                        topic -> topic, topic -> String.valueOf(topicIds.get(topic)), (a, b) -> a, TreeMap::new));
        var all = new LinkedHashMap<String, Map<String, String>>();
        for (Site site : configuration.sites()) {
            var names = new DatabaseNames(configuration.mesh(), site.id());
            String password = Launches.Passwords.reference(site.id());
            all.put(capture(site.id()), captureOf(site, password).render());
            if (!stages.contains(Stage.APPLY)) {
                continue;
            }
            all.put(
                    apply(site.id()),
                    new ApplyConfiguration(
                                    names,
                                    "postgresql",
                                    site.url(),
                                    site.user(),
                                    password,
                                    clusterId,
                                    resolved,
                                    endpoints.registry(),
                                    configuration.sinkTasks())
                            .render());
        }
        return all;
    }

    private CaptureConfiguration captureOf(Site site, String password) {
        return new CaptureConfiguration(
                configuration.mesh(),
                site.id(),
                tables(),
                generatedColumns(site),
                configuration.partitions(),
                database(site, password),
                endpoints.registry());
    }

    private List<TableId> tables() {
        return configuration.tables().stream().map(Table::id).toList();
    }

    private Map<TableId, Set<String>> generatedColumns(Site site) {
        try {
            for (PostgresSite database : Sites.of(configuration)) {
                if (database.id().equals(site.id())) {
                    return database.generatedColumns(tables());
                }
            }
            return Map.of();
        } catch (SQLException e) {
            throw new StackException("the columns of site " + site.id() + " cannot be read: " + e.getMessage());
        }
    }

    /** The parts of a JDBC address, which Debezium takes one by one. */
    private static CaptureConfiguration.Database database(Site site, String password) {
        Properties parts = Driver.parseURL(site.url(), new Properties());
        if (parts == null) {
            throw new StackException("the url of site " + site.id() + " cannot be read: " + site.url());
        }
        var more = new TreeMap<String, String>();
        parts.stringPropertyNames().stream()
                .filter(name -> !name.startsWith("PG"))
                .forEach(name -> more.put(name, parts.getProperty(name)));
        return new CaptureConfiguration.Database(
                parts.getProperty("PGHOST", "localhost"),
                Integer.parseInt(parts.getProperty("PGPORT", "5432")),
                parts.getProperty("PGDBNAME", ""),
                site.user(),
                password,
                more);
    }
}
