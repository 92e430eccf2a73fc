package io.antiphon.local.agreement;

import io.antiphon.apply.postgresql.site.Marker;
import io.antiphon.apply.postgresql.site.Markers;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.config.Configuration;
import io.antiphon.config.Table;
import io.antiphon.local.stack.Sites;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Waits until everything that was committed at any site before has been decided and is applied at every site.
 *
 * <p>A marker is committed at every site for every partition, travels the way of the changes before it, and is waited for at every site.
 */
public final class Arrival {
    private static final Duration LOOK = Duration.ofMillis(50);

    /** Told how many markers have arrived of how many. */
    @FunctionalInterface
    public interface Progress {
        void arrived(int markers, int of);
    }

    /** How it ended. */
    public sealed interface Outcome {
        /** Everything committed before is applied everywhere. */
        record Everything(Duration after) implements Outcome {}

        /** Time ran out. */
        record NotYet(String missing) implements Outcome {}

        default boolean everything() {
            return this instanceof Everything;
        }
    }

    private final List<PostgresSite> sites;
    private final List<TableId> tables;
    private final int partitions;

    public Arrival(Configuration configuration) {
        this.sites = Sites.of(configuration);
        this.tables = configuration.tables().stream().map(Table::id).toList();
        this.partitions = configuration.partitions();
    }

    /** @throws SiteException if a site cannot be asked */
    public Outcome await(Duration timeout, Progress progress) {
        Instant began = Instant.now();
        String token = UUID.randomUUID().toString();
        Map<SiteId, Markers> markers = new LinkedHashMap<>();
        try {
            var asked = new HashSet<Marker>();
            for (PostgresSite site : sites) {
                Markers here = site.markers();
                markers.put(site.id(), here);
                asked.addAll(here.ask(token, tables, partitions));
            }
            try {
                return await(token, asked, markers, began, timeout, progress);
            } finally {
                for (Markers here : markers.values()) {
                    here.forget(token);
                }
            }
        } catch (SQLException e) {
            throw new UnansweredException("a site stopped answering while its arrivals were waited for: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        } finally {
            markers.values().forEach(Arrival::close);
        }
    }

    private static Outcome await(
            String token,
            Set<Marker> asked,
            Map<SiteId, Markers> markers,
            Instant began,
            Duration timeout,
            Progress progress)
            throws SQLException {
        while (true) {
            var missing = new LinkedHashMap<SiteId, Set<Marker>>();
            for (var here : markers.entrySet()) {
                var notHere = new HashSet<>(asked);
                notHere.removeAll(here.getValue().arrived(token));
                if (!notHere.isEmpty()) {
                    missing.put(here.getKey(), notHere);
                }
            }
            int all = asked.size() * markers.size();
            progress.arrived(all - missing.values().stream().mapToInt(Set::size).sum(), all);
            if (missing.isEmpty()) {
                return new Outcome.Everything(Duration.between(began, Instant.now()));
            }
            if (Duration.between(began, Instant.now()).compareTo(timeout) > 0) {
                return new Outcome.NotYet(inWords(missing));
            }
            try {
                Thread.sleep(LOOK.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Outcome.NotYet("interrupted");
            }
        }
    }

    private static String inWords(Map<SiteId, Set<Marker>> missing) {
        var words = new ArrayList<String>();
        missing.forEach((site, markers) -> words.add(site + " has not applied everything from "
                + markers.stream()
                        .map(Marker::site)
                        .distinct()
                        .sorted()
                        .map(SiteId::text)
                        .collect(Collectors.joining(", "))
                + " (" + markers.size() + " partitions)"));
        return String.join("; ", words);
    }

    private static void close(Markers markers) {
        try {
            markers.close();
        } catch (SQLException e) {
            // It is gone already, which is what was asked for.
            return;
        }
    }
}
