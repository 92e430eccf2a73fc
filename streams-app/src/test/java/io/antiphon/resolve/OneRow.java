package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Heard.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One row of a mesh, told what its sites' logs say. */
final class OneRow implements Partition {
    private final Resolver resolver;
    private final Columns columns;
    private final Map<SiteId, Long> answered = new HashMap<>();
    private Partition read = this;
    private long lastVersion;
    private @Nullable RowState state;

    OneRow(Columns columns, String... sites) {
        this.columns = columns;
        resolver = new Resolver(List.of(sites).stream().map(SiteId::new).toList());
    }

    Log log(String site) {
        return new Log(new SiteId(site));
    }

    RowState state() {
        return Objects.requireNonNull(state);
    }

    /** The resolved row, null where there is none. */
    @Nullable
    Row row() {
        return state != null && state.exists() ? state.row() : null;
    }

    boolean isHeldBy(String site) {
        return state().heldBy(new SiteId(site));
    }

    boolean isForgettable() {
        return !state().exists() && resolver.isStable(state().version(), this);
    }

    @Override
    public long lastVersion() {
        return lastVersion;
    }

    @Override
    public long answered(SiteId site) {
        return answered.getOrDefault(site, 0L);
    }

    private Outcome hears(Heard heard) {
        Outcome outcome = resolver.hear(state, heard, columns, read);
        state = outcome.state();
        if (state != null) {
            lastVersion = Math.max(lastVersion, state.version());
        }
        return outcome;
    }

    /** What one site's log says, in its order. */
    final class Log {
        private final SiteId site;
        private @Nullable Row row;

        private Log(SiteId site) {
            this.site = site;
        }

        Outcome inserts(long time, Object... values) {
            return local(Operation.INSERT, Row.of(values), time);
        }

        Outcome updates(long time, Object... values) {
            return local(Operation.UPDATE, Row.of(values), time);
        }

        Outcome deletes(long time) {
            return local(Operation.DELETE, null, time);
        }

        private Outcome local(Operation operation, @Nullable Row after, long time) {
            Row before = row;
            row = after == null || before == null ? after : after.filledFrom(before);
            return hears(new Heard.Local(site, operation, before, after, time, time));
        }

        /** The newest outcome, applied and seen again. */
        Outcome echoes() {
            return echoes(lastVersion, OneRow.this.row());
        }

        Outcome echoes(long mark, @Nullable Row now) {
            Row before = row;
            row = now;
            return hears(new Heard.Echo(site, mark, before, now, mark));
        }

        Outcome finds(Object... values) {
            return findsOf(0, values);
        }

        Outcome findsOf(long committed, Object... values) {
            row = Row.of(values);
            return hears(new Heard.Found(site, row, committed, 1_000));
        }

        Outcome findsNothing() {
            row = null;
            return hears(Heard.Stands.undated(site, null, OneRow.this.answered(site)));
        }

        Outcome showsOnlyNow(Object... values) {
            row = Row.of(values);
            Outcome outcome = hears(Heard.Stands.undated(site, row, OneRow.this.answered(site)));
            read = OneRow.this;
            return outcome;
        }

        Outcome truncates(long time) {
            row = null;
            return hears(new Heard.Stands(site, null, time, time, OneRow.this.answered(site)));
        }

        Outcome losesItWithoutMeaningTo() {
            row = null;
            return hears(new Heard.Lost(site, null));
        }

        Outcome refuses(long version, long commitTime) {
            return hears(new Heard.Refused(site, version, commitTime));
        }

        Outcome findsNothingToDelete() {
            return hears(new Heard.Absent(site, lastVersion));
        }

        /** A record of the row cannot be read. */
        void isGarbled() {
            read = unreadSince(site, OneRow.this.answered(site));
        }

        void answers() {
            answered.put(site, lastVersion);
        }
    }
}
