package io.antiphon.local.agreement;

import io.antiphon.apply.postgresql.site.Marker;
import io.antiphon.apply.postgresql.site.Markers;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.config.Configuration;
import io.antiphon.config.Table;
import io.antiphon.local.process.Deadline;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.stack.Sites;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Waits until everything that was committed at any site before has been decided and is applied at every site.
 *
 * <p>A marker is committed at every site for every partition, travels the way of the changes before it, and is waited for at every site; a
 * later one of the same place, whoever asked it, answers too. The question is put again after growing pauses, because one that was asked
 * before capture began to read is never heard of.
 */
public final class Arrival {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** A letter that recalls a row is answered, what is answered is decided, and what was decided is carried on. */
    private static final int LETTERS_ANSWERED = 3;

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
    private final Collection<TableId> tables;
    private final int partitions;
    private final Endpoints endpoints;

    /** Of every table. */
    public Arrival(Configuration configuration, Endpoints endpoints) {
        this(configuration, configuration.tables().stream().map(Table::id).toList(), endpoints);
    }

    /** Of these tables only. */
    public Arrival(Configuration configuration, Collection<TableId> tables, Endpoints endpoints) {
        this.endpoints = endpoints;
        this.sites = Sites.of(configuration);
        this.tables = List.copyOf(tables);
        this.partitions = configuration.partitions();
    }

    /**
     * @throws SiteException if a site cannot be asked
     * @throws UnansweredException if one stops answering meanwhile
     */
    public Outcome await(Duration timeout, Progress progress) {
        Map<SiteId, Markers> markers = new LinkedHashMap<>();
        try (var letters = new Letters(endpoints, partitions)) {
            for (PostgresSite site : sites) {
                markers.put(site.id(), site.markers());
            }
            return await(markers, letters, timeout, progress);
        } catch (KafkaException e) {
            throw new UnansweredException(
                    "Kafka at " + endpoints.bootstrapServers() + " does not answer: " + e.getMessage());
        } catch (SQLException e) {
            throw new UnansweredException("a site stopped answering while its arrivals were waited for: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        } finally {
            markers.values().forEach(Arrival::close);
        }
    }

    /** A row whose key was changed goes on by letter, behind the markers: what letters bring is waited for in a round of its own. */
    private Outcome await(Map<SiteId, Markers> sites, Letters letters, Duration timeout, Progress progress)
            throws SQLException {
        Instant began = Instant.now();
        Deadline deadline = Deadline.in(timeout);
        Map<TopicPartition, Long> before = letters.ends();
        boolean allRead = letters.areRead(before);
        Optional<Outcome> notYet = round(sites, deadline, progress);
        Map<TopicPartition, Long> written = letters.ends();
        if (notYet.isEmpty() && !(allRead && written.equals(before))) {
            if (!areRead(letters, written, deadline)) {
                return new Outcome.NotYet("letters about rows whose keys were changed are still on their way");
            }
            notYet = round(sites, deadline, progress);
        }
        return notYet.orElseGet(() -> new Outcome.Everything(Duration.between(began, Instant.now())));
    }

    /** Waits until these letters are read, and the letters that they are answered with. */
    private static boolean areRead(Letters letters, Map<TopicPartition, Long> written, Deadline deadline) {
        Map<TopicPartition, Long> until = written;
        for (int answers = 0; answers <= LETTERS_ANSWERED; answers++) {
            Map<TopicPartition, Long> these = until;
            if (!deadline.sees(() -> letters.areRead(these), LOOK)) {
                return false;
            }
            until = letters.ends();
            if (until.equals(these)) {
                return true;
            }
        }
        return true;
    }

    /** Asks every partition of every site, and waits until all have answered everywhere; empty then. */
    private Optional<Outcome> round(Map<SiteId, Markers> sites, Deadline deadline, Progress progress)
            throws SQLException {
        Map<Marker, Long> asked = ask(sites);
        Duration pause = FIRST_PAUSE;
        Deadline again = Deadline.in(pause);
        while (true) {
            Map<SiteId, Set<Marker>> missing = missing(asked, sites);
            int all = asked.size() * sites.size();
            progress.arrived(all - missing.values().stream().mapToInt(Set::size).sum(), all);
            if (missing.isEmpty()) {
                return Optional.empty();
            }
            if (deadline.passed()) {
                return Optional.of(new Outcome.NotYet(inWords(missing)));
            }
            if (again.passed()) {
                ask(sites);
                pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
                again = Deadline.in(pause);
            }
            Deadline.pause(LOOK);
        }
    }

    private Map<Marker, Long> ask(Map<SiteId, Markers> sites) throws SQLException {
        var asked = new HashMap<Marker, Long>();
        for (Markers site : sites.values()) {
            asked.putAll(site.ask(tables, partitions));
        }
        return asked;
    }

    private static Map<SiteId, Set<Marker>> missing(Map<Marker, Long> asked, Map<SiteId, Markers> sites)
            throws SQLException {
        var missing = new LinkedHashMap<SiteId, Set<Marker>>();
        for (var here : sites.entrySet()) {
            Map<Marker, Long> arrived = here.getValue().arrived();
            var notHere = new HashSet<Marker>();
            asked.forEach((marker, number) -> {
                if (arrived.getOrDefault(marker, 0L) < number) {
                    notHere.add(marker);
                }
            });
            if (!notHere.isEmpty()) {
                missing.put(here.getKey(), notHere);
            }
        }
        return missing;
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
