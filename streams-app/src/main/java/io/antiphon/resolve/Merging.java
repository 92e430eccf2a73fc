package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Contests.Assertion;
import io.antiphon.resolve.Disagreement.Kind;
import io.antiphon.resolve.Disagreement.Side;
import io.antiphon.resolve.Heard.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One change on its way into a row's state. */
final class Merging {
    private final RowState was;
    private final SiteView from;
    private final Heard.Local local;
    private final Clock clock;
    private final List<SiteId> sites;
    private final Columns columns;
    private final BitSet contested = new BitSet();
    private int contestedWon;
    private boolean existenceContested;
    private boolean existenceWon;

    private boolean exists;
    private long life;
    private @Nullable Row row;
    private Clock existence;
    private ColumnClocks clocks;
    private Contests contests;
    private @Nullable Kind kind;
    private @Nullable BitSet bounded;

    private Merging(RowState was, SiteView from, Heard.Local local, Clock clock, List<SiteId> sites, Columns columns) {
        this.was = was;
        this.from = from;
        this.local = local;
        this.clock = clock;
        this.sites = sites;
        this.columns = columns;
        this.exists = was.exists();
        this.life = was.life();
        this.row = was.row();
        this.existence = was.existence();
        this.clocks = was.clocks();
        this.contests = was.contests();
    }

    /** The row begins anew; whatever is left of its former life has lost. */
    static Merging newLife(
            RowState was,
            SiteView from,
            Heard.Local local,
            Clock clock,
            List<SiteId> sites,
            Columns columns,
            long life) {
        var merging = new Merging(was, from, local, clock, sites, columns);
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
        merging.contests = Contests.NONE;
        return merging;
    }

    /** The change was made to a life that is over. */
    static Merging formerLife(
            RowState was, SiteView from, Heard.Local local, Clock clock, List<SiteId> sites, Columns columns) {
        var merging = new Merging(was, from, local, clock, sites, columns);
        if (local.after() != null || was.exists()) {
            merging.kind = Kind.FORMER_LIFE;
        }
        return merging;
    }

    /** What nobody knows the time of stands over all its site had seen, and over nothing else. */
    static boolean beats(Clock clock, SiteView from, Clock held, List<SiteId> sites) {
        return clock.writeTime() == Resolver.UNDATED ? !from.unaware(held) : Resolver.beats(clock, held, sites);
    }

    private boolean beats(Clock held) {
        return beats(clock, from, held, sites);
    }

    private boolean isUndated() {
        return clock.writeTime() == Resolver.UNDATED;
    }

    private boolean unseen() {
        return from.unaware(was.existence())
                || was.clocks().any(from::unaware)
                || was.contests().any(from::unaware);
    }

    static Merging sameLife(
            RowState was, SiteView from, Heard.Local local, Clock clock, List<SiteId> sites, Columns columns) {
        var merging = new Merging(was, from, local, clock, sites, columns);
        if (local.after() == null) {
            merging.delete();
        } else {
            merging.write(local.after());
        }
        return merging;
    }

    private void delete() {
        existenceContested = was.exists() && unseen();
        exists = asserts(false);
        existenceWon = !exists;
        if (existenceContested) {
            kind = Kind.UPDATE_DELETE;
        }
    }

    private void write(Row after) {
        exists = asserts(true);
        existenceWon = exists;
        existenceContested = !was.exists() && isContradicted();
        if (existenceContested) {
            kind = local.operation() == Operation.INSERT ? Kind.DELETE_INSERT : Kind.DELETE_UPDATE;
        }
        mergeColumns(after);
        if (kind == null && !contested.isEmpty()) {
            kind = local.operation() == Operation.INSERT ? Kind.INSERT_INSERT : Kind.UPDATE_UPDATE;
        }
        if (kind == null && bounded != null && !bounded.isEmpty()) {
            kind = Kind.BOUNDED;
            contested.or(bounded);
        }
    }

    /** Some write that says the row is gone is one the change did not know of. */
    private boolean isContradicted() {
        List<Assertion> assertions = was.contests().assertions();
        return assertions.isEmpty()
                ? from.unaware(was.existence())
                : assertions.stream().anyMatch(assertion -> !assertion.exists() && from.unaware(assertion.clock()));
    }

    /** What the change says of the row's existence, and whether the row exists after it. */
    private boolean asserts(boolean present) {
        Clock held = was.existence();
        boolean later = isUndated() && !present ? !unseen() : beats(held);
        boolean asFound = clock.writeTime() <= Resolver.SNAPSHOT || held.writeTime() <= Resolver.SNAPSHOT;
        if (columns.deletes() == Deletes.LAST_WRITER_WINS || asFound) {
            if (later && !(present && was.exists() && isUndated())) {
                existence = clock;
            }
            return later ? present : was.exists();
        }
        List<Assertion> standing = was.contests().assertions().isEmpty()
                ? List.of(new Assertion(held, was.exists()))
                : was.contests().assertions();
        var left = new ArrayList<Assertion>(standing.size() + 1);
        for (Assertion assertion : standing) {
            if (from.unaware(assertion.clock())) {
                left.add(assertion);
            }
        }
        left.add(new Assertion(clock, present));
        existence = clock;
        contests = contests.asserting(left.size() == 1 ? List.of() : left);
        return columns.deletes().exists(left);
    }

    private void mergeColumns(Row after) {
        Row standing = was.row();
        if (standing == null) {
            row = after;
            clocks = ColumnClocks.of(clock);
            return;
        }
        BitSet changed = changed(after, standing);
        Row ruled = columns.units().isEmpty() ? standing : ruled(changed, after, standing);
        var won = new BitSet(after.size());
        @Nullable Object[] values = null;
        for (int column = changed.nextSetBit(0); column >= 0; column = changed.nextSetBit(column + 1)) {
            if (after.isAbsent(column)) {
                continue;
            }
            Clock held = was.clocks().of(column);
            boolean same = standing.isAbsent(column) || after.agrees(standing, column);
            boolean wins = beats(held);
            if (!same && from.unaware(held)) {
                contested.set(column);
                contestedWon += wins ? 1 : 0;
            }
            if (wins) {
                won.set(column);
                if (!same) {
                    values = values == null ? ruled.values().clone() : values;
                    values[column] = after.value(column);
                }
            }
        }
        clocks = clocks.written(won, after.size(), clock);
        row = values == null ? ruled : Row.owning(values);
        // A column that nobody has shown of this row yet is as its site has it.
        row = row.filledFrom(after);
    }

    /** The row after the columns that have a policy were merged, which are taken out of {@code changed}. */
    private Row ruled(BitSet changed, Row after, Row standing) {
        var merging = new PolicyMerging(
                was, contests, standing, from, local.operation(), madeOn(standing), after, clock, sites);
        boolean any = false;
        for (Columns.Unit unit : columns.units()) {
            if (changed.intersects(unit.columns())) {
                merging.take(unit);
                changed.andNot(unit.columns());
                any = true;
            }
        }
        if (!any) {
            return standing;
        }
        clocks = merging.clocks();
        contests = merging.contests();
        contested.or(merging.contested());
        contestedWon += merging.won().cardinality();
        bounded = merging.bounded();
        return merging.row();
    }

    /** What the change was made on, null where that is nothing or not known. */
    private @Nullable Row madeOn(Row standing) {
        Row before = local.before();
        boolean inserts = local.operation() == Operation.INSERT;
        return before != null || inserts || from.held() != was.version() ? before : standing;
    }

    private BitSet changed(Row after, Row standing) {
        if (local.operation() == Operation.INSERT) {
            return columns.all();
        }
        Row before = madeOn(standing);
        if (before == null && isUndated()) {
            before = standing;
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
            if (local.after().isAbsent(column) && unaware(column) != null) {
                return false;
            }
        }
        return true;
    }

    /** A write of the column that the change did not know of. */
    private @Nullable Clock unaware(int column) {
        Clock newest = was.clocks().of(column);
        if (from.unaware(newest)) {
            return newest;
        }
        Register register = was.contests().registers().isEmpty() ? null : register(column);
        return register == null ? null : register.first(from::unaware);
    }

    private @Nullable Register register(int column) {
        for (Columns.Unit unit : columns.units()) {
            if (unit.columns().get(column)) {
                return was.contests().of(unit.columns().nextSetBit(0));
            }
        }
        return null;
    }

    /**
     * @param siteLife the life of the row that the change was made to, or began
     * @param standsSince write time of what stands at the site now
     */
    Outcome outcome(Resolver resolver, Partition partition, boolean snapshot, long siteLife, long standsSince) {
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
                standsSince,
                holds ? clock.version() : 0,
                snapshot ? 0 : local.commitTime(),
                clock.version(),
                from.seen(),
                followed ? 0 : from.forgot(),
                siteLife,
                local.after() == null,
                snapshot));
        Predicate<Clock> seenForGood = write -> resolver.isSeenForGood(write, views, partition);
        boolean anew = life > was.life();
        boolean late = siteLife < was.life();
        boolean newest = anew || !late && beats(new Clock(was.writeTime(), was.author(), was.version()));
        RowState state = new RowState(
                clock.version(),
                anew ? clock.writeTime() : late ? was.writeTime() : Math.max(clock.writeTime(), was.writeTime()),
                newest ? local.site() : was.author(),
                exists,
                life,
                row,
                existence,
                clocks.collapsed(seenForGood),
                contests.collapsed(seenForGood, clocks),
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
                rule(kind),
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

    private String rule(Kind kind) {
        if (kind == Kind.FORMER_LIFE) {
            return "newest-life";
        }
        if (kind == Kind.SNAPSHOT) {
            return Deletes.LAST_WRITER_WINS.word();
        }
        return contested.isEmpty() || existenceContested
                ? columns.deletes().word()
                : columns.ruleOf(contested.nextSetBit(0));
    }

    /** What the change did not know of: the newest of it. */
    private Clock rival() {
        if (!contested.isEmpty()) {
            int column = contested.nextSetBit(0);
            Clock rival = unaware(column);
            Clock met = rival == null ? was.clocks().of(column) : rival;
            // What a move brought along is as old as the move.
            return met.isAncient() ? new Clock(was.writeTime(), was.author(), was.version()) : met;
        }
        return was.exists() || !existenceContested
                ? new Clock(was.writeTime(), was.author(), was.version())
                : was.existence();
    }
}
