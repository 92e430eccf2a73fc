package io.antiphon.local.stack;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.apply.postgresql.site.Lineage;
import io.antiphon.apply.postgresql.site.Position;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.Slot;
import io.antiphon.config.Configuration;
import io.antiphon.mesh.SiteId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether the sites and the home still belong together: what a site has applied is of this Kafka cluster, its database is the one that was
 * read and no older, and the slot is there.
 *
 * <p>Where not, going on would lose changes without a word. What was read of which site is noted in the home, {@code sites.json}.
 */
final class Continuity {
    private static final String READ_ANEW =
            "run antiphon remove and start again: the sites are then read anew, and what differs is decided"
                    + " and logged as a conflict";
    static final String MEND = "; " + READ_ANEW;
    private static final String OR_MEND = ", or " + READ_ANEW;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, Lineage>> NOTED = new TypeReference<>() {};

    private final Configuration configuration;
    private final Path home;
    private final Path file;
    private final Map<String, Lineage> captured;

    Continuity(Configuration configuration, Path home) {
        this.configuration = configuration;
        this.home = home;
        this.file = home.resolve("sites.json");
        this.captured = noted(file);
    }

    /** @throws StackException if they do not */
    void check(Optional<String> cluster) {
        for (PostgresSite site : Sites.of(configuration)) {
            try {
                for (Position position : site.positions()) {
                    String fedFrom = position.clusterId();
                    if (fedFrom != null && !fedFrom.equals(cluster.orElse(""))) {
                        throw new StackException("site " + site.id() + " was fed from Kafka cluster " + fedFrom
                                + ", which is not the one in " + home
                                + ": start in the home it was fed from (--home)" + OR_MEND);
                    }
                }
                if (isCaptured(site.id())) {
                    breakOf(site.id(), site.lineage()).ifPresent(why -> {
                        throw new StackException(why);
                    });
                    check(site, site.slot());
                }
            } catch (SQLException e) {
                throw cannotLookAt(site, e);
            }
        }
    }

    /** Notes that the sites' slots are being read: from now on these databases and their slots must be there. */
    void captures() {
        for (PostgresSite site : Sites.of(configuration)) {
            try {
                saw(site.id(), site.lineage());
            } catch (SQLException e) {
                throw cannotLookAt(site, e);
            }
        }
    }

    private static StackException cannotLookAt(PostgresSite site, SQLException e) {
        return new StackException("cannot look at " + site + ": " + e.getMessage());
    }

    private synchronized boolean isCaptured(SiteId site) {
        return captured.containsKey(site.text());
    }

    /** Why what was read of a site cannot go on with the database that is there now, and what to do; empty if it can. */
    synchronized Optional<String> breakOf(SiteId site, Lineage now) {
        Lineage before = captured.get(site.text());
        return before == null
                ? Optional.empty()
                : now.breakSince(before)
                        .map(why -> "the database of site " + site + " " + why
                                + ". Going on would lose changes without a word: name the right database"
                                + OR_MEND);
    }

    /** Notes how far a site's log has got. */
    synchronized void saw(SiteId site, Lineage now) {
        if (now.equals(captured.put(site.text(), now))) {
            return;
        }
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            JSON.writerWithDefaultPrettyPrinter().writeValue(next.toFile(), captured);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(PostgresSite site, Optional<Slot> slot) {
        if (slot.isEmpty()) {
            throw new StackException("slot " + site.names().slot() + " is gone from site " + site.id()
                    + ", and with it what was written there since" + MEND);
        }
        if (slot.get().lost()) {
            throw new StackException("site " + site.id() + " has thrown away log that had not been read yet (slot "
                    + site.names().slot() + " is lost; raise max_slot_wal_keep_size)" + MEND);
        }
    }

    private static Map<String, Lineage> noted(Path file) {
        try {
            return Files.exists(file) ? JSON.readValue(file.toFile(), NOTED) : new TreeMap<>();
        } catch (IOException e) {
            throw new StackException("cannot read what was noted of the sites in " + file + ": " + e.getMessage());
        }
    }
}
