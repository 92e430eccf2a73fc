package io.antiphon.local.stack;

import io.antiphon.apply.postgresql.site.Lineage;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.local.process.Rounds;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says when a site cannot be reached, and when it is back; capture and apply wait for it by themselves. A site that comes back as another
 * database, or an older one, is left alone from then on.
 */
final class SiteWatch implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(3);
    private static final int ANSWER_SECONDS = 5;

    private final List<Rounds> rounds;

    private SiteWatch(List<Rounds> rounds) {
        this.rounds = rounds;
    }

    /** A thread for each, because one that does not answer keeps whoever asks waiting. */
    static SiteWatch over(
            List<PostgresSite> sites, Continuity continuity, MeshConnectors connectors, Consumer<String> events) {
        return new SiteWatch(sites.stream()
                .map(site -> Rounds.every(
                        LOOK, "watch-" + site.id(), new Watched(site, continuity, connectors, events), events))
                .toList());
    }

    @Override
    public void close() {
        rounds.forEach(Rounds::close);
    }

    /** One site; holds a connection while it answers, so that a look costs a line neither in its log nor in its process table. */
    private static final class Watched implements Rounds.Round {
        private final PostgresSite site;
        private final Continuity continuity;
        private final MeshConnectors connectors;
        private final Consumer<String> events;
        private @Nullable Connection connection;
        private @Nullable String trouble;
        private boolean isLeftAlone;

        private Watched(PostgresSite site, Continuity continuity, MeshConnectors connectors, Consumer<String> events) {
            this.site = site;
            this.continuity = continuity;
            this.connectors = connectors;
            this.events = events;
        }

        @Override
        public void make() {
            if (isLeftAlone || answers()) {
                return;
            }
            end();
            String before = trouble;
            trouble = connect();
            if (trouble == null && before != null && !isLeftAlone) {
                events.accept("site " + site.id() + " is back");
            } else if (trouble != null && !trouble.equals(before)) {
                events.accept("site " + trouble + "; it is waited for, and the others go on");
            }
        }

        /** Why it cannot be connected to; null if it can. */
        private @Nullable String connect() {
            try {
                Connection made = site.connect();
                connection = made;
                isTheSame(made);
                return null;
            } catch (SiteException e) {
                return e.getMessage();
            } catch (SQLException e) {
                return site.id() + " does not answer: " + e.getMessage();
            }
        }

        private boolean answers() {
            try {
                if (connection == null || !connection.isValid(ANSWER_SECONDS)) {
                    return false;
                }
                isTheSame(connection);
                return true;
            } catch (SQLException e) {
                return false;
            }
        }

        private void isTheSame(Connection there) throws SQLException {
            Lineage now = Lineage.of(there);
            Optional<String> broken = continuity.breakOf(site.id(), now);
            if (broken.isEmpty()) {
                continuity.saw(site.id(), now);
                return;
            }
            connectors.pauseAt(site.id());
            isLeftAlone = true;
            end();
            events.accept(broken.get() + ". Its connectors are paused; the other sites go on");
        }

        @Override
        public void end() {
            try (Connection gone = connection) {
                connection = null;
            } catch (SQLException alreadyClosed) {
                connection = null;
            }
        }
    }
}
