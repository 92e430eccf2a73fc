package io.antiphon.local.stack;

import io.antiphon.apply.postgresql.site.Position;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.Slot;
import io.antiphon.config.Configuration;
import io.antiphon.mesh.SiteId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Whether the sites and the home still belong together: what a site has applied is of this Kafka cluster, and the slot that was read
 * from is there.
 *
 * <p>Where not, going on would lose changes without a word.
 */
final class Continuity {
    static final String MEND =
            "; run antiphon remove and start again: the sites are then read anew, and what differs is decided"
                    + " and logged as a conflict";

    private final Configuration configuration;
    private final Path home;

    Continuity(Configuration configuration, Path home) {
        this.configuration = configuration;
        this.home = home;
    }

    /** @throws StackException if they do not */
    void check(Optional<String> cluster) {
        var captured = captured();
        for (PostgresSite site : Sites.of(configuration)) {
            try {
                for (Position position : site.positions()) {
                    String fedFrom = position.clusterId();
                    if (fedFrom != null && !fedFrom.equals(cluster.orElse(""))) {
                        throw new StackException("site " + site.id() + " was fed from Kafka cluster " + fedFrom
                                + ", which is not the one in " + home
                                + ": start in the home it was fed from (--home)" + MEND.replaceFirst(";", ", or"));
                    }
                }
                if (captured.contains(site.id().text())) {
                    check(site, site.slot());
                }
            } catch (SQLException e) {
                throw new StackException("cannot look at " + site + ": " + e.getMessage());
            }
        }
    }

    /** Notes that a site's slot is being read: from now on it must be there. */
    void captures(SiteId site) {
        var captured = captured();
        if (captured.add(site.text())) {
            try {
                Files.write(file(), captured);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
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

    private TreeSet<String> captured() {
        try {
            return Files.exists(file()) ? new TreeSet<>(Files.readAllLines(file())) : new TreeSet<>();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file() {
        return home.resolve("captured");
    }
}
