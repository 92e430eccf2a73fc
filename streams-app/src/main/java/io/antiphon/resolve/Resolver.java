package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.time.HybridTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a row is, from what the sites' logs say about it.
 *
 * <p>An echo followed by a local change of the same row in one site's log proves that the change was made on top of the echoed version; a
 * local change followed by the echo proves that it was not. Everything here follows from that order. The result for a row depends on each
 * site's own order alone, not on how the sites' logs are interleaved.
 *
 * <p>Pure: no state of its own, and no clock.
 */
public final class Resolver {
    /** The latest write time of a row that is known from a snapshot only: see {@link HybridTime#begun}. */
    static final long SNAPSHOT = HybridTime.NONE + 1;

    /** Write time of a change nobody knows the time of: any other that did not know of it is later. */
    static final long UNDATED = SNAPSHOT + 1;

    /** What a site had seen whose first snapshot has a row that another site wrote later: the rows are equal by chance. */
    private static final Past UNSEEN = new Past(0, SNAPSHOT, 0, 0, true);

    private final List<SiteId> sites;
    private final List<SiteId> order;

    /** A resolver for these sites; their order breaks ties between snapshots. */
    public Resolver(List<SiteId> sites) {
        this.sites = List.copyOf(sites);
        this.order = sites.stream().sorted().toList();
    }

    /** What follows for a row of which {@code was} is remembered (null: nothing) from {@code heard}. */
    public Outcome hear(@Nullable RowState was, Heard heard, Columns columns, Partition partition) {
        RowState settled = was == null ? null : settled(was, partition);
        if (heard instanceof Heard.Local local) {
            return change(settled, filled(local), columns, partition, false);
        } else if (heard instanceof Heard.Echo echo) {
            return settled == null ? unknownEcho(echo, columns, partition) : echo(settled, echo, columns, partition);
        } else if (heard instanceof Heard.Found found) {
            return found(settled, found, columns, partition);
        } else if (heard instanceof Heard.Departed departed) {
            return departed(settled, departed, columns, partition);
        } else if (heard instanceof Heard.Arrived arrived) {
            return arrived(settled, arrived, columns, partition);
        } else if (heard instanceof Heard.Stands stands) {
            return stands(settled, stands, columns, partition);
        } else if (heard instanceof Heard.Lost lost) {
            return settled == null ? new Outcome.Noted(null) : lost(settled, lost, partition);
        } else if (heard instanceof Heard.Refused refused) {
            return settled == null ? new Outcome.Noted(null) : refused(settled, refused, partition);
        }
        return settled == null ? new Outcome.Noted(null) : absent(settled, (Heard.Absent) heard, partition);
    }

    /**
     * What becomes of a person's decision about a row of which {@code was} is remembered, and {@code open} waits for a person; null is
     * nothing.
     */
    public Verdict decide(
            @Nullable RowState was,
            @Nullable OpenConflict open,
            Decision decision,
            Columns columns,
            Partition partition) {
        return was == null || open == null
                ? new Verdict.NothingOpen()
                : new Deciding(settled(was, partition), open, columns).verdict(decision, this, partition);
    }

    /** Whether a tombstone of this version can be forgotten: every site's answer has passed it. */
    public boolean isStable(long version, Partition partition) {
        for (SiteId site : sites) {
            if (partition.answered(site) < version) {
                return false;
            }
        }
        return true;
    }

    /** The same state without what nobody can ask for any more, as the row's next change would leave it. */
    public RowState tidied(RowState was, Partition partition) {
        RowState now = settled(was, partition);
        Predicate<Clock> seenForGood = write -> isSeenForGood(write, now.sites(), partition);
        return new RowState(
                now.version(),
                now.writeTime(),
                now.author(),
                now.exists(),
                now.life(),
                now.row(),
                now.existence(),
                now.clocks().collapsed(seenForGood),
                now.contests().collapsed(seenForGood, now.clocks()),
                List.copyOf(unstable(now.past(), partition)),
                now.sites(),
                now.oddEchoes());
    }

    /** What capture did not carry because it did not change stands in the row as it was. */
    private static Heard.Local filled(Heard.Local local) {
        Row before = local.before();
        Row after = local.after();
        return before == null || after == null || !after.hasAbsent()
                ? local
                : new Heard.Local(
                        local.site(),
                        local.operation(),
                        before,
                        after.filledFrom(before),
                        local.commitTime(),
                        local.time());
    }

    private Outcome change(
            @Nullable RowState was, Heard.Local local, Columns columns, Partition partition, boolean snapshot) {
        if (was == null) {
            return first(local, columns, partition, snapshot);
        }
        return change(was, local, lifeOf(was, local), columns, partition, snapshot);
    }

    /** The life of the row that a change was made to, or begins. */
    static long lifeOf(RowState was, Heard.Local local) {
        SiteView from = was.at(local.site());
        return isAnew(from, local) ? Lives.next(from.life()) : from.life();
    }

    private static boolean isAnew(SiteView from, Heard.Local local) {
        return local.operation() == Operation.INSERT && from.gone();
    }

    private Outcome change(
            RowState was, Heard.Local local, long life, Columns columns, Partition partition, boolean snapshot) {
        SiteView from = was.at(local.site());
        boolean anew = isAnew(from, local);
        long writeTime = snapshot && from.writeTime() <= SNAPSHOT
                ? begun(local, from)
                : HybridTime.writeTime(local.time(), anew ? HybridTime.NONE : from.writeTime());
        long version = HybridTime.version(
                Math.max(Math.max(writeTime, snapshot ? local.commitTime() : 0), was.writeTime()),
                partition.lastVersion());
        boolean undated = !snapshot && local.time() == HybridTime.NONE;
        Clock clock = new Clock(undated ? UNDATED : writeTime, local.site(), version);
        Merging merging;
        if (life < was.life()) {
            merging = Merging.formerLife(was, from, local, clock, sites, columns);
        } else if (life > was.life()) {
            merging = Merging.newLife(was, from, local, clock, sites, columns, life);
        } else {
            merging = Merging.sameLife(was, from, local, clock, sites, columns);
        }
        return merging.outcome(this, partition, snapshot, life, writeTime);
    }

    private static long begun(Heard.Local found, SiteView from) {
        long begun = HybridTime.begun(found.time());
        return from.writeTime() < HybridTime.NONE ? HybridTime.writeTime(begun, from.writeTime()) : begun;
    }

    /** The row is gone from this key; what has been done to it here is not lost, and no conflict. */
    private Outcome departed(@Nullable RowState was, Heard.Departed departed, Columns columns, Partition partition) {
        Heard.Local local = departed.change();
        if (was == null) {
            return first(local, Lives.left(0), columns, partition);
        }
        long life = Lives.left(was.at(local.site()).life());
        return new Outcome.Resolved(Objects.requireNonNull(
                change(was, local, life, columns, partition, false).state()));
    }

    /**
     * A row has come to this key. Columns that the move did not write are as old as the row, so that what others wrote in them under the former
     * key stands.
     */
    private Outcome arrived(@Nullable RowState was, Heard.Arrived arrived, Columns columns, Partition partition) {
        Heard.Local local = arrived.change();
        BitSet brought = brought(arrived, columns);
        long life = lifeOf(was, arrived);
        if (was == null) {
            return bringing(brought, columns, first(local, life, columns, partition));
        }
        Outcome outcome = change(was, local, life, columns, partition, false);
        return life > was.life() ? bringing(brought, columns, outcome) : outcome;
    }

    /** The life that a row begins which has come from another key. */
    long lifeOf(@Nullable RowState was, Heard.Arrived arrived) {
        Heard.Local local = arrived.change();
        SiteView from = was == null ? SiteView.unknown(local.site()) : was.at(local.site());
        return Lives.came(from.life(), arrived.move(), order.indexOf(local.site()));
    }

    /** Nobody's change: the row leaves this key because another move of it stands. */
    Outcome withdrawn(RowState was, Move by, Partition partition) {
        long version = HybridTime.version(was.writeTime(), partition.lastVersion());
        var clock = new Clock(was.writeTime(), SiteId.PEOPLE, version);
        return new Outcome.Resolved(new RowState(
                version,
                was.writeTime(),
                by.site(),
                false,
                Lives.left(was.life()),
                was.row(),
                clock,
                ColumnClocks.of(clock),
                Contests.NONE,
                remembered(was, partition),
                was.sites(),
                0));
    }

    /** What stands in {@code columns}, which a move brought along, is what stands there under the former key. */
    RowState carried(RowState was, Row row, BitSet columns, Partition partition) {
        long version = HybridTime.version(was.writeTime(), partition.lastVersion());
        @Nullable Object[] values = Objects.requireNonNull(was.row()).values().clone();
        ColumnClocks clocks = was.clocks();
        for (int column = columns.nextSetBit(0); column >= 0; column = columns.nextSetBit(column + 1)) {
            values[column] = row.value(column);
            var one = new BitSet();
            one.set(column);
            // Of no site: whoever wrote it under the former key has not seen it under this one.
            clocks = clocks.written(
                    one, values.length, new Clock(clocks.of(column).writeTime(), SiteId.PEOPLE, version));
        }
        return new RowState(
                version,
                was.writeTime(),
                was.author(),
                was.exists(),
                was.life(),
                Row.owning(values),
                was.existence(),
                clocks,
                was.contests(),
                remembered(was, partition),
                was.sites(),
                was.oddEchoes());
    }

    /** The columns a move brought along without writing them; one with a merge of its own counts as written. */
    static BitSet brought(Heard.Arrived arrived, Columns columns) {
        var brought = new BitSet();
        Row old = arrived.old();
        Row after = arrived.change().after();
        if (old != null && after != null) {
            brought.or(columns.all());
            brought.andNot(columns.moved(old.differences(after)));
            columns.units().forEach(unit -> brought.andNot(unit.columns()));
        }
        return brought;
    }

    /** A row that came from another key and was outlived here before it was heard of. */
    RowState brought(Heard.Arrived arrived, long life, Columns columns, Partition partition) {
        Outcome first = first(arrived.change(), life, columns, partition);
        return Objects.requireNonNull(
                        bringing(brought(arrived, columns), columns, first).state())
                .withoutPast();
    }

    private static Outcome bringing(BitSet brought, Columns columns, Outcome outcome) {
        RowState state = Objects.requireNonNull(outcome.state());
        Clock clock = state.clocks().base();
        return decided(
                state.with(state.clocks().written(brought, columns.count(), clock.ancient())), disagreement(outcome));
    }

    Outcome first(Heard.Local local, long life, Columns columns, Partition partition) {
        Outcome first = first(local, columns, partition, false);
        RowState state = Objects.requireNonNull(first.state());
        return new Outcome.Resolved(
                state.inLife(life).with(state.at(local.site()).inLife(life)));
    }

    static Outcome decided(RowState state, @Nullable Disagreement between) {
        return between == null ? new Outcome.Resolved(state) : new Outcome.Decided(state, between);
    }

    static @Nullable Disagreement disagreement(Outcome outcome) {
        return outcome instanceof Outcome.Decided decided ? decided.disagreement() : null;
    }

    private Outcome first(Heard.Local local, Columns columns, Partition partition, boolean snapshot) {
        long writeTime = snapshot
                ? HybridTime.begun(local.time())
                : local.time() == HybridTime.NONE ? UNDATED : HybridTime.writeTime(local.time(), HybridTime.NONE);
        long version =
                HybridTime.version(Math.max(writeTime, snapshot ? local.commitTime() : 0), partition.lastVersion());
        Clock clock = new Clock(writeTime, local.site(), version);
        boolean exists = local.operation() != Operation.DELETE;
        Row row = exists ? local.after() : local.before();
        var view = new SiteView(
                local.site(),
                version,
                writeTime,
                version,
                snapshot ? 0 : local.commitTime(),
                version,
                HybridTime.NONE,
                0,
                0,
                !exists,
                snapshot);
        return new Outcome.Resolved(new RowState(
                version,
                writeTime,
                local.site(),
                exists,
                0,
                row,
                clock,
                ColumnClocks.of(clock),
                Contests.NONE,
                List.of(),
                List.of(view),
                0));
    }

    /** An echo of a row that is not remembered: what the site holds is all there is to go by. */
    private Outcome unknownEcho(Heard.Echo echo, Columns columns, Partition partition) {
        if (echo.row() == null) {
            return new Outcome.Noted(null);
        }
        return first(
                new Heard.Local(echo.site(), Operation.INSERT, null, echo.row(), echo.commitTime(), echo.commitTime()),
                columns,
                partition,
                false);
    }

    private Outcome echo(RowState was, Heard.Echo echo, Columns columns, Partition partition) {
        Past acknowledged = was.upTo(echo.mark());
        Past holds = acknowledged != null && isRowOf(was, acknowledged, echo.row()) ? acknowledged : null;
        if (holds == null && echo.row() != null) {
            holds = pastRow(was, echo.row(), Long.MAX_VALUE);
        }
        SiteView view = was.at(echo.site());
        if (holds == null) {
            return oddEcho(was, acknowledged, view, echo, columns, partition);
        }
        if (holds.version() >= view.believed()) {
            return new Outcome.Noted(was.with(view.acknowledged(holds, holds.version() == was.version())));
        }
        return fellBack(was, view, holds, echo.mark(), false, partition);
    }

    private Outcome fellBack(RowState was, SiteView view, Past to, long mark, boolean snapshot, Partition partition) {
        boolean onItsWay =
                was.version() > mark && view.held() != was.version() && partition.answered(view.site()) < was.version();
        SiteView fallenView = view.fellBack(to, partition.lastVersion());
        RowState fallen = was.with(snapshot ? fallenView.fromSnapshot() : fallenView);
        return onItsWay ? new Outcome.Noted(fallen) : again(fallen, partition);
    }

    private Outcome oddEcho(
            RowState was,
            @Nullable Past acknowledged,
            SiteView view,
            Heard.Echo echo,
            Columns columns,
            Partition partition) {
        if (was.oddEchoes() > 0) {
            return new Outcome.Held(was.withOddEchoes(was.oddEchoes() + 1), echo);
        }
        boolean current = acknowledged != null && acknowledged.version() == was.version();
        RowState on = acknowledged == null ? was : was.with(view.acknowledged(acknowledged, current));
        var change = new Heard.Local(
                echo.site(),
                echo.row() == null ? Operation.DELETE : Operation.UPDATE,
                current ? was.row() : null,
                echo.row(),
                echo.commitTime(),
                echo.commitTime());
        Outcome outcome = change(on, change, columns, partition, false);
        if (outcome instanceof Outcome.Decided decided) {
            return new Outcome.Decided(decided.state().withOddEchoes(1), decided.disagreement());
        }
        RowState state = outcome.state();
        return state == null ? outcome : new Outcome.Resolved(state.withOddEchoes(1));
    }

    private Outcome found(@Nullable RowState was, Heard.Found found, Columns columns, Partition partition) {
        var insert =
                new Heard.Local(found.site(), Operation.INSERT, null, found.row(), found.time(), found.committed());
        if (was == null) {
            return change(null, insert, columns, partition, true);
        }
        SiteView view = was.at(found.site());
        if (view.believed() == 0) {
            return foundFirst(was, view, insert, columns, partition);
        }
        if (was.exists() && was.row() != null && found.row().agrees(was.row())) {
            return new Outcome.Noted(
                    was.with(view.acknowledged(was.current(), true).fromSnapshot()));
        }
        Past past = pastRow(was, found.row(), Long.MAX_VALUE);
        return past == null
                ? change(was, insert, columns, partition, true)
                : fellBack(was, view, past, past.version(), true, partition);
    }

    /**
     * A row that stood at the site before anything was known of it there. Whatever it is equal to by chance, the site can have seen only what
     * the others began with too.
     */
    private Outcome foundFirst(RowState was, SiteView view, Heard.Local insert, Columns columns, Partition partition) {
        Row row = Objects.requireNonNull(insert.after());
        Past same = pastRow(was, row, SNAPSHOT);
        SiteView from = view.acknowledged(same == null ? UNSEEN : same, false);
        if (was.exists() && was.row() != null && row.agrees(was.row()) && !beginsASum(was, row, columns)) {
            RowState shared = shared(was, insert.site(), HybridTime.begun(insert.time()));
            SiteView holding = was.writeTime() > SNAPSHOT
                    ? from.holding(was.version())
                    : view.acknowledged(shared.current(), true);
            return new Outcome.Noted(shared.with(holding.fromSnapshot()));
        }
        Outcome outcome = change(was.with(from), insert, columns, partition, true);
        RowState state = Objects.requireNonNull(outcome.state());
        boolean outlived = outcome instanceof Outcome.Decided
                && state.exists() == was.exists()
                && Objects.equals(state.row(), was.row())
                && pastRow(was, row, Long.MAX_VALUE) != null;
        return outlived ? new Outcome.SentAgain(state) : outcome;
    }

    /** A row may be equal by chance to what a sum has come to that began with something else. */
    private static boolean beginsASum(RowState was, Row row, Columns columns) {
        for (Columns.Unit unit : columns.units()) {
            int column = unit.columns().nextSetBit(0);
            if (unit.policy() instanceof Policy.Deltas deltas
                    && was.contests().of(column) instanceof Register.Sum sum
                    && sum.start() != null
                    && deltas.amounts()
                                    .of(row.value(column))
                                    .compareTo(sum.start().amount())
                            != 0) {
                return true;
            }
        }
        return false;
    }

    /** A row that two sites began with is that of the one where it was written last. */
    private RowState shared(RowState was, SiteId with, long writeTime) {
        ColumnClocks clocks = was.clocks().sharedWith(with, writeTime, sites);
        Clock existence = was.existence().sharedWith(with, writeTime, sites);
        Contests contests = was.contests().sharedWith(with, writeTime, sites);
        boolean begun = was.writeTime() <= SNAPSHOT;
        return clocks == was.clocks() && existence == was.existence() && contests == was.contests()
                ? was
                : new RowState(
                        was.version(),
                        begun ? existence.writeTime() : was.writeTime(),
                        begun ? existence.author() : was.author(),
                        was.exists(),
                        was.life(),
                        was.row(),
                        existence,
                        clocks,
                        contests,
                        was.past(),
                        was.sites(),
                        was.oddEchoes());
    }

    private Outcome stands(@Nullable RowState was, Heard.Stands stands, Columns columns, Partition partition) {
        Row row = stands.row();
        if (was == null) {
            return row == null
                    ? new Outcome.Noted(null)
                    : first(local(stands, Operation.INSERT), columns, partition, false);
        }
        SiteView view = was.at(stands.site());
        boolean there = isThere(was, view);
        Past unread = stands.time() == HybridTime.NONE ? unread(was, view, stands.answered()) : null;
        if (row == null) {
            return there || unread != null
                    ? change(was, local(stands, Operation.DELETE), columns, partition, false)
                    : new Outcome.Noted(was);
        }
        if (unread != null && isRowOf(was, unread, row)) {
            return new Outcome.Noted(was.with(view.acknowledged(unread, unread.version() == was.version())));
        }
        Past known = there ? was.exactly(Math.max(view.seen(), view.held())) : null;
        return known != null && isRowOf(was, known, row)
                ? new Outcome.Noted(was)
                : change(was, local(stands, there ? Operation.UPDATE : Operation.INSERT), columns, partition, false);
    }

    /** A row that the site answered, but whose echo was not read. */
    private static @Nullable Past unread(RowState was, SiteView view, long upTo) {
        Past answered = was.upTo(upTo);
        boolean unread = answered != null
                && answered.exists()
                && answered.version() > view.seen()
                && answered.version() >= view.lastLocalVersion()
                && answered.version() != view.held();
        return unread ? answered : null;
    }

    /** Whether the site has the row, as far as its log has been heard. */
    private static boolean isThere(RowState was, SiteView view) {
        Past held = view.held() == 0 ? null : was.exactly(view.held());
        return held == null ? view.believed() > 0 && !view.gone() : held.exists();
    }

    private Outcome lost(RowState was, Heard.Lost lost, Partition partition) {
        SiteView view = was.at(lost.site());
        if (!isThere(was, view)) {
            return new Outcome.Noted(was);
        }
        RowState without = was.with(view.lost(partition.lastVersion()));
        return was.exists() ? again(without, partition) : new Outcome.Noted(without);
    }

    private static Heard.Local local(Heard.Stands stands, Operation operation) {
        return new Heard.Local(stands.site(), operation, null, stands.row(), stands.commitTime(), stands.time());
    }

    private Outcome refused(RowState was, Heard.Refused refused, Partition partition) {
        SiteView view = was.at(refused.site());
        boolean holds = view.held() == was.version();
        boolean onItsWay = !holds && was.version() > refused.version();
        if (onItsWay || holds && (view.lastLocal() == refused.commitTime() || view.snapshot())) {
            return new Outcome.Noted(was);
        }
        RowState known = was.with(view.knownSince(refused.commitTime()));
        return holds ? new Outcome.Noted(known) : again(known, partition);
    }

    private Outcome absent(RowState was, Heard.Absent absent, Partition partition) {
        Past past = was.exactly(absent.version());
        SiteView view = was.at(absent.site());
        if (view.snapshot()) {
            // The snapshot found the row: it came after the delete had found nothing.
            return absent.version() == was.version() ? again(was, partition) : new Outcome.Noted(was);
        }
        if (past == null || past.exists() || past.version() < view.believed()) {
            return new Outcome.Noted(was);
        }
        return new Outcome.Noted(was.with(view.acknowledged(past, past.version() == was.version())));
    }

    /** The same row under a fresh version; whoever holds it goes on holding it. */
    Outcome again(RowState was, Partition partition) {
        long version = HybridTime.version(was.writeTime(), partition.lastVersion());
        var views = new ArrayList<SiteView>(was.sites().size());
        for (SiteView view : was.sites()) {
            views.add(view.held() == was.version() ? view.holding(version) : view);
        }
        return new Outcome.SentAgain(new RowState(
                version,
                was.writeTime(),
                was.author(),
                was.exists(),
                was.life(),
                was.row(),
                was.existence(),
                was.clocks(),
                was.contests(),
                remembered(was, partition),
                List.copyOf(views),
                was.oddEchoes()));
    }

    /** The versions of {@code was}, its own included, that some site may still echo. */
    List<Past> remembered(RowState was, Partition partition) {
        List<Past> past = unstable(was.past(), partition);
        past.add(was.outlived());
        return List.copyOf(past);
    }

    private List<Past> unstable(List<Past> past, Partition partition) {
        var left = new ArrayList<Past>(past.size() + 1);
        for (Past one : past) {
            if (!isStable(one.version(), partition)) {
                left.add(one);
            }
        }
        return left;
    }

    /**
     * What a site holds without having been written to, from its own last change on, it has seen as far as its answer has come: its next
     * change is made on that row.
     */
    static RowState settled(RowState was, Partition partition) {
        List<SiteView> settled = null;
        for (int i = 0; i < was.sites().size(); i++) {
            SiteView view = was.sites().get(i);
            SiteView now = view.held() == 0 ? view : settled(was, view, partition.answered(view.site()));
            if (now != view) {
                settled = settled == null ? new ArrayList<>(was.sites()) : settled;
                settled.set(i, now);
            }
        }
        return settled == null ? was : was.withSites(settled);
    }

    private static SiteView settled(RowState was, SiteView view, long answered) {
        if (answered < view.lastLocalVersion() || answered <= view.seen() && was.writeTime() <= view.writeTime()) {
            return view;
        }
        Past seen = was.upTo(answered);
        if (seen == null || seen.version() > view.held() || seen.version() < view.lastLocalVersion()) {
            return view;
        }
        boolean later =
                seen.version() > view.seen() || seen.version() == view.seen() && seen.writeTime() > view.writeTime();
        return later ? view.answered(seen) : view;
    }

    /** Every site has seen the write, and nothing older is on its way to one that could make it fall back. */
    boolean isSeenForGood(Clock write, List<SiteView> views, Partition partition) {
        if (write.isAncient() || views.size() < sites.size() || !isStable(write.version(), partition)) {
            return false;
        }
        for (SiteView view : views) {
            if (view.unaware(write)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRowOf(RowState was, Past version, @Nullable Row row) {
        if (row == null || !version.exists()) {
            return row == null && !version.exists();
        }
        if (version.version() == was.version() && was.row() != null) {
            return row.agrees(was.row());
        }
        return row.hasAbsent() || version.digest() == Past.NO_DIGEST || row.has(version.digest());
    }

    /** The newest version outlived that had this row and was written no later than {@code writeTime}. */
    private static @Nullable Past pastRow(RowState was, Row row, long writeTime) {
        if (was.past().isEmpty() || row.hasAbsent()) {
            return null;
        }
        for (int i = was.past().size() - 1; i >= 0; i--) {
            Past past = was.past().get(i);
            if (past.exists() && past.writeTime() <= writeTime && row.has(past.digest())) {
                return past;
            }
        }
        return null;
    }

    /** Whether last-writer-wins lets {@code one} stand over {@code other}. */
    static boolean beats(Clock one, Clock other, List<SiteId> order) {
        if (one.writeTime() != other.writeTime()) {
            return one.writeTime() > other.writeTime();
        }
        if (one.author().equals(other.author())) {
            return one.version() >= other.version();
        }
        boolean snapshots = one.writeTime() <= SNAPSHOT;
        return snapshots
                ? order.indexOf(one.author()) < order.indexOf(other.author())
                : one.author().compareTo(other.author()) > 0;
    }
}
