package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Disagreement.Kind;
import io.antiphon.resolve.Disagreement.Side;
import io.antiphon.resolve.Heard.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One change on its way into a row's state. */
final class Merging {
    private final RowState was;
    private final SiteView from;
    private final Heard.Local local;
    private final Clock clock;
    private final List<SiteId> sites;
    private final BitSet contested = new BitSet();
    private int contestedWon;
    private boolean existenceContested;
    private boolean existenceWon;

    private boolean exists;
    private int life;
    private @Nullable Row row;
    private Clock existence;
    private ColumnClocks clocks;
    private @Nullable Kind kind;

    private Merging(RowState was, SiteView from, Heard.Local local, Clock clock, List<SiteId> sites) {
        this.was = was;
        this.from = from;
        this.local = local;
        this.clock = clock;
        this.sites = sites;
        this.exists = was.exists();
        this.life = was.life();
        this.row = was.row();
        this.existence = was.existence();
        this.clocks = was.clocks();
    }

    /** The row begins anew; whatever is left of its former life has lost. */
    static Merging newLife(RowState was, SiteView from, Heard.Local local, Clock clock, List<SiteId> sites, int life) {
        var merging = new Merging(was, from, local, clock, sites);
        if (was.exists() ? merging.unseen() : from.unaware(was.existence())) {
            merging.kind = was.exists() ? Kind.FORMER_LIFE : Kind.DELETE_INSERT;
            merging.existenceContested = true;
            merging.existenceWon = true;
        }
        merging.exists = local.after() != null;
        merging.life = life;
        merging.row = local.after() == null ? local.before() : local.after();
        merging.existence = clock;
        merging.clocks = ColumnClocks.of(clock);
        return merging;
    }

    /** The change was made to a life that is over. */
    static Merging formerLife(RowState was, SiteView from, Heard.Local local, Clock clock, List<SiteId> sites) {
        var merging = new Merging(was, from, local, clock, sites);
        if (local.after() != null || was.exists()) {
            merging.kind = Kind.FORMER_LIFE;
        }
        return merging;
    }

    private boolean unseen() {
        return from.unaware(was.existence()) || was.clocks().any(from::unaware);
    }

    static Merging sameLife(
            RowState was, SiteView from, Heard.Local local, Clock clock, List<SiteId> sites, Columns columns) {
        var merging = new Merging(was, from, local, clock, sites);
        if (local.after() == null) {
            merging.delete();
        } else {
            merging.write(columns, local.after());
        }
        return merging;
    }

    private void delete() {
        existenceWon = Resolver.beats(clock, existence, sites);
        existenceContested = was.exists() && unseen();
        if (existenceWon) {
            existence = clock;
            exists = false;
        }
        if (existenceContested) {
            kind = Kind.UPDATE_DELETE;
        }
    }

    private void write(Columns columns, Row after) {
        boolean wins = Resolver.beats(clock, existence, sites);
        if (!was.exists()) {
            existenceContested = from.unaware(existence);
            existenceWon = wins;
            exists = wins;
            if (existenceContested) {
                kind = local.operation() == Operation.INSERT ? Kind.DELETE_INSERT : Kind.DELETE_UPDATE;
            }
        }
        if (wins) {
            existence = clock;
        }
        mergeColumns(columns, after);
        if (kind == null && !contested.isEmpty()) {
            kind = local.operation() == Operation.INSERT ? Kind.INSERT_INSERT : Kind.UPDATE_UPDATE;
        }
    }

    private void mergeColumns(Columns columns, Row after) {
        Row standing = was.row();
        if (standing == null) {
            row = after;
            clocks = ColumnClocks.of(clock);
            return;
        }
        var won = new BitSet(after.size());
        @Nullable Object[] values = null;
        BitSet changed = changed(columns, after, standing);
        for (int column = changed.nextSetBit(0); column >= 0; column = changed.nextSetBit(column + 1)) {
            if (after.isAbsent(column)) {
                continue;
            }
            Clock held = was.clocks().of(column);
            boolean same = standing.isAbsent(column) || after.agrees(standing, column);
            boolean wins = Resolver.beats(clock, held, sites);
            if (!same && from.unaware(held)) {
                contested.set(column);
                contestedWon += wins ? 1 : 0;
            }
            if (wins) {
                won.set(column);
                if (!same) {
                    values = values == null ? standing.values().clone() : values;
                    values[column] = after.value(column);
                }
            }
        }
        clocks = clocks.written(won, after.size(), clock);
        row = values == null ? standing : Row.owning(values);
        // A column that nobody has shown of this row yet is as its site has it.
        row = row.filledFrom(after);
    }

    private BitSet changed(Columns columns, Row after, Row standing) {
        if (local.operation() == Operation.INSERT) {
            return columns.all();
        }
        Row before = local.before();
        if (before == null) {
            before = from.held() == was.version() ? standing : null;
        }
        return before == null ? columns.all() : columns.moved(before.differences(after));
    }

    private boolean holdsOutcome() {
        if (!exists || local.after() == null) {
            return !exists && local.after() == null;
        }
        Row outcome = row;
        if (outcome == null || !local.after().agrees(outcome)) {
            return false;
        }
        for (int column = 0; column < outcome.size(); column++) {
            if (local.after().isAbsent(column) && from.unaware(was.clocks().of(column))) {
                return false;
            }
        }
        return true;
    }

    /** @param siteLife the life of the row that the change was made to, or began */
    Outcome outcome(Resolver resolver, Partition partition, boolean snapshot, int siteLife) {
        boolean followed = !unseen();
        boolean holds = holdsOutcome();
        boolean sameRow =
                exists == was.exists() && life == was.life() && (!exists || row != null && row.equals(was.row()));
        var views = new ArrayList<SiteView>(was.sites().size() + 1);
        for (SiteView view : was.sites()) {
            if (!view.site().equals(local.site())) {
                views.add(sameRow && view.held() == was.version() ? view.holding(clock.version()) : view);
            }
        }
        views.add(new SiteView(
                local.site(),
                followed ? clock.version() : from.seen(),
                clock.writeTime(),
                holds ? clock.version() : 0,
                snapshot ? 0 : local.commitTime(),
                clock.version(),
                from.seen(),
                followed ? 0 : from.forgot(),
                siteLife,
                local.after() == null,
                snapshot));
        boolean anew = life > was.life();
        boolean late = siteLife < was.life();
        boolean newest =
                anew || !late && Resolver.beats(clock, new Clock(was.writeTime(), was.author(), was.version()), sites);
        RowState state = new RowState(
                clock.version(),
                anew ? clock.writeTime() : late ? was.writeTime() : Math.max(clock.writeTime(), was.writeTime()),
                newest ? local.site() : was.author(),
                exists,
                life,
                row,
                existence,
                clocks.collapsed(write -> resolver.isSeenForGood(write, views, partition)),
                resolver.remembered(was, partition),
                List.copyOf(views),
                0);
        return kind == null
                ? new Outcome.Resolved(state)
                : new Outcome.Decided(state, disagreement(snapshot ? Kind.SNAPSHOT : kind));
    }

    private Disagreement disagreement(Kind kind) {
        boolean incomingWins = contested.isEmpty() ? existenceWon : contestedWon * 2 >= contested.cardinality();
        if (existenceContested) {
            incomingWins = existenceWon;
        }
        Clock rival = rival();
        return new Disagreement(
                kind,
                contested,
                incomingWins ? local.site() : rival.author(),
                new Side(
                        rival.author(),
                        rival.writeTime(),
                        was.version(),
                        seenBy(rival),
                        was.exists() ? was.row() : null),
                new Side(local.site(), clock.writeTime(), 0, from.seen(), local.after()));
    }

    /** A decision has seen all that was before it. */
    private long seenBy(Clock rival) {
        return rival.author().equals(SiteId.PEOPLE)
                ? rival.version() - 1
                : was.at(rival.author()).madeOn();
    }

    /** What the change did not know of: the newest of it. */
    private Clock rival() {
        if (!contested.isEmpty()) {
            return was.clocks().of(contested.nextSetBit(0));
        }
        return was.exists() || !existenceContested
                ? new Clock(was.writeTime(), was.author(), was.version())
                : was.existence();
    }
}
