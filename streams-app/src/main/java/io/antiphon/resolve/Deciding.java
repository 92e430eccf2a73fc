package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Register.Parts.Part;
import io.antiphon.time.HybridTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A person's decision on its way into a row's state.
 *
 * <p>It is a write of {@link SiteId#PEOPLE}, never of the site whose row is kept: that site's next change would be taken to have seen it.
 */
final class Deciding {
    private final RowState was;
    private final OpenConflict open;
    private final Columns columns;

    Deciding(RowState was, OpenConflict open, Columns columns) {
        this.was = was;
        this.open = open;
        this.columns = columns;
    }

    Verdict verdict(Decision decision, Resolver resolver, Partition partition) {
        if (decision.seen() != open.version()) {
            return new Verdict.MovedOn(open);
        }
        BitSet asserted = open.contested();
        Row row;
        if (decision instanceof Decision.Keep keep) {
            Optional<OpenConflict.Side> side = open.of(keep.site());
            if (side.isEmpty()) {
                return new Verdict.NoSuchSide(open);
            }
            row = kept(side.get());
        } else {
            Decision.Write write = (Decision.Write) decision;
            row = write.row();
            asserted.or(write.columns());
        }
        return new Verdict.Accepted(
                new Outcome.Resolved(written(row, columns.moved(asserted), decision.time(), resolver, partition)));
    }

    private @Nullable Row kept(OpenConflict.Side side) {
        Row wrote = side.wrote().row();
        Row standing = was.row();
        if (wrote == null || standing == null) {
            return wrote;
        }
        if (!was.exists()) {
            return wrote.filledFrom(standing);
        }
        @Nullable Object[] values = standing.values().clone();
        BitSet taken = side.columns();
        for (int column = taken.nextSetBit(0); column >= 0; column = taken.nextSetBit(column + 1)) {
            if (!wrote.isAbsent(column)) {
                values[column] = wrote.value(column);
            }
        }
        return Row.owning(values);
    }

    private RowState written(@Nullable Row row, BitSet asserted, long time, Resolver resolver, Partition partition) {
        long writeTime = HybridTime.writeTime(time, was.writeTime());
        long version = HybridTime.version(writeTime, partition.lastVersion());
        var clock = new Clock(writeTime, SiteId.PEOPLE, version);
        boolean exists = row != null;
        boolean anew = exists && !was.exists();
        boolean sameRow = exists == was.exists() && (row == null || row.equals(was.row()));
        var views = new ArrayList<SiteView>(was.sites().size());
        for (SiteView view : was.sites()) {
            views.add(sameRow && view.held() == was.version() ? view.holding(version) : view);
        }
        ColumnClocks clocks = anew
                ? ColumnClocks.of(clock)
                : row == null ? was.clocks() : was.clocks().written(asserted, row.size(), clock);
        return new RowState(
                version,
                writeTime,
                SiteId.PEOPLE,
                exists,
                anew ? Lives.next(was.life()) : was.life(),
                row == null ? was.row() : row,
                clock,
                clocks.collapsed(write -> resolver.isSeenForGood(write, views, partition)),
                anew ? Contests.NONE : decided(row, asserted, clock),
                resolver.remembered(was, partition),
                List.copyOf(views),
                0);
    }

    /** What is left to contest: a decision has seen all there was of the columns it is about, and of whether the row is there. */
    private Contests decided(@Nullable Row row, BitSet asserted, Clock clock) {
        Contests left = was.contests().asserting(List.of());
        if (row == null) {
            return left;
        }
        for (Register register : left.registers()) {
            if (asserted.get(register.column())) {
                left = left.with(register.column(), null);
            }
        }
        for (Columns.Unit unit : columns.units()) {
            int column = unit.columns().nextSetBit(0);
            if (unit.policy() instanceof Policy.Parts parts && asserted.get(column)) {
                left = left.with(column, removed(column, parts.splitting(), row, clock));
            }
        }
        return left;
    }

    /** Parts that are removed, so that an earlier write of them that is still to come does not bring them back; null for none. */
    private @Nullable Register removed(int column, Policy.Splitting splitting, Row row, Clock clock) {
        Object standing = was.row() == null ? null : was.row().value(column);
        var removed = new TreeMap<String, Part>();
        if (was.contests().of(column) instanceof Register.Parts known) {
            known.parts()
                    .forEach((name, part) ->
                            removed.put(name, splitting.isWhole(standing) ? part : new Part(clock, null)));
        }
        splitting.parts(standing).keySet().forEach(name -> removed.put(name, new Part(clock, null)));
        removed.keySet().removeAll(splitting.parts(row.value(column)).keySet());
        return removed.isEmpty() ? null : new Register.Parts(column, clock, clock, removed);
    }
}
