package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Columns.Unit;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.resolve.Register.Candidates;
import io.antiphon.resolve.Register.Parts;
import io.antiphon.resolve.Register.Parts.Part;
import io.antiphon.resolve.Register.Sum;
import io.antiphon.resolve.Register.Write;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One change on its way into the columns of a row that have a policy.
 *
 * <p>Last-writer-wins needs one clock a column: whatever the arrival, the greatest is left. A maximum does not: a write that follows the
 * greatest takes its place, but not that of a smaller one it had not seen, which has to be known still. So the writes of which none had seen
 * another are kept, as in a multi-value register (Shapiro et al., "A comprehensive study of convergent and commutative replicated data types",
 * 2011), until every site has seen them; what is shown is a function of that set. Sums keep one number instead, and objects a clock a part.
 */
final class PolicyMerging {
    private final SiteView from;
    private final Operation operation;
    private final @Nullable Row before;
    private final Row after;
    private final Row standing;
    private final Clock clock;
    private final List<SiteId> sites;
    private final @Nullable Object[] values;
    private ColumnClocks clocks;
    private Contests contests;
    private final BitSet contested = new BitSet();
    private final BitSet won = new BitSet();
    private final BitSet bounded = new BitSet();

    /** @param before what the change was made on, null where that is not known */
    PolicyMerging(
            RowState was,
            Contests contests,
            Row standing,
            SiteView from,
            Operation operation,
            @Nullable Row before,
            Row after,
            Clock clock,
            List<SiteId> sites) {
        this.from = from;
        this.operation = operation;
        this.before = before;
        this.after = after;
        this.standing = standing;
        this.clock = clock;
        this.sites = sites;
        this.values = standing.values().clone();
        this.clocks = was.clocks();
        this.contests = contests;
    }

    Row row() {
        return Row.owning(values);
    }

    ColumnClocks clocks() {
        return clocks;
    }

    Contests contests() {
        return contests;
    }

    /** Columns in which the change met another that wanted something else. */
    BitSet contested() {
        return contested;
    }

    /** Those of them that show what the change wrote. */
    BitSet won() {
        return won;
    }

    /** Columns that show a bound instead of their sum. */
    BitSet bounded() {
        return bounded;
    }

    void take(Unit unit) {
        int column = unit.columns().nextSetBit(0);
        Policy policy = unit.policy();
        if (isAbsent(unit.columns(), after)) {
            return;
        }
        if (isAbsent(unit.columns(), standing)) {
            shows(unit.columns(), Write.of(clock, after, unit.columns()).values());
            written(unit.columns(), null);
        } else if (policy instanceof Policy.Deltas deltas) {
            adds(column, deltas.amounts());
        } else if (policy instanceof Policy.Parts parts) {
            joins(column, parts.splitting());
        } else {
            chooses(unit.columns(), policy);
        }
    }

    private boolean beats(Clock held) {
        return Merging.beats(clock, from, held, sites);
    }

    private static boolean isAbsent(BitSet columns, Row row) {
        for (int column = columns.nextSetBit(0); column >= 0; column = columns.nextSetBit(column + 1)) {
            if (!row.isAbsent(column)) {
                return false;
            }
        }
        return true;
    }

    private void shows(BitSet columns, List<@Nullable Object> shown) {
        int at = 0;
        for (int column = columns.nextSetBit(0); column >= 0; column = columns.nextSetBit(column + 1)) {
            values[column] = shown.get(at++);
        }
    }

    private void written(BitSet columns, @Nullable Register register) {
        clocks = clocks.written(columns, values.length, clock);
        contests = contests.with(columns.nextSetBit(0), register);
    }

    private void chooses(BitSet columns, Policy policy) {
        int column = columns.nextSetBit(0);
        Clock held = clocks.of(column);
        Write incoming = Write.of(clock, after.filledFrom(standing), columns);
        List<Write> writes = contests.of(column) instanceof Candidates candidates
                        && candidates.columns().equals(columns)
                ? candidates.writes()
                : List.of(Write.of(held, standing, columns));
        if (clock.writeTime() <= Resolver.SNAPSHOT || held.writeTime() <= Resolver.SNAPSHOT) {
            began(columns, held, incoming);
            return;
        }
        var left = new ArrayList<Write>(writes.size() + 1);
        boolean differs = false;
        for (Write write : writes) {
            if (from.unaware(write.clock())) {
                left.add(write);
                differs |= !write.values().equals(incoming.values());
            }
        }
        if (left.isEmpty()) {
            shows(columns, incoming.values());
            written(columns, null);
            return;
        }
        left.add(incoming);
        left.sort((one, other) -> one == other ? 0 : Resolver.beats(one.clock(), other.clock(), sites) ? 1 : -1);
        List<@Nullable Object> shown = shown(policy, left);
        if (differs) {
            contested.or(columns);
            if (shown.equals(incoming.values())) {
                won.or(columns);
            }
        }
        shows(columns, shown);
        written(columns, new Candidates(columns, List.copyOf(left)));
    }

    /** What nobody knows the time of yields to any write that is kept beside it. */
    private static List<@Nullable Object> shown(Policy policy, List<Write> all) {
        List<Write> dated = all.stream()
                .filter(write -> write.clock().writeTime() != Resolver.UNDATED)
                .toList();
        List<Write> writes = dated.isEmpty() ? all : dated;
        if (policy instanceof Policy.Choice choice) {
            return writes.stream()
                    .min((one, other) -> choice.order().compare(one.clock(), other.clock()))
                    .orElseThrow()
                    .values();
        }
        Policy.Combination combination = (Policy.Combination) policy;
        Object shown = writes.get(0).values().get(0);
        for (Write write : writes.subList(1, writes.size())) {
            shown = combination.values().apply(shown, write.values().get(0));
        }
        return java.util.Collections.singletonList(shown);
    }

    /** What stood at a site before the mesh is no write: the first site's stands, until anything is written. */
    private void began(BitSet columns, Clock held, Write incoming) {
        boolean wins = beats(held);
        if (from.unaware(held)
                && !incoming.values().equals(Write.of(held, standing, columns).values())) {
            contested.or(columns);
            if (wins) {
                won.or(columns);
            }
        }
        if (wins) {
            shows(columns, incoming.values());
            written(columns, null);
        }
    }

    private void adds(int column, Policy.Amounts amounts) {
        Clock held = clocks.of(column);
        BigDecimal amount = amounts.of(after.value(column));
        Sum was = contests.of(column) instanceof Sum sum
                ? sum
                : new Sum(
                        column,
                        amounts.of(standing.value(column)),
                        false,
                        new Sum.Start(held, amounts.of(standing.value(column))),
                        List.of(held));
        Sum.Start start = was.start();
        boolean concurrent = was.any(from::unaware);
        if (operation == Operation.INSERT && start != null) {
            boolean wins = beats(start.clock());
            if (from.unaware(start.clock()) && amount.compareTo(start.amount()) != 0) {
                contested.set(column);
                won.set(column, wins);
            }
            if (wins) {
                sums(
                        column,
                        amounts,
                        was,
                        was.total().add(amount.subtract(start.amount())),
                        new Sum.Start(clock, amount),
                        concurrent);
            }
            return;
        }
        BigDecimal old = before != null && !before.isAbsent(column)
                ? amounts.of(before.value(column))
                : concurrent || operation == Operation.INSERT ? amount : amounts.of(standing.value(column));
        sums(column, amounts, was, was.total().add(amount.subtract(old)), start, concurrent);
    }

    private void sums(
            int column,
            Policy.Amounts amounts,
            Sum was,
            BigDecimal total,
            Sum.@Nullable Start start,
            boolean concurrent) {
        Object written = after.value(column);
        Object sum = amounts.shown(total);
        boolean isBounded = amounts.of(sum).compareTo(total) != 0;
        boolean asWritten = !concurrent && !isBounded && amounts.of(written).compareTo(total) == 0;
        values[column] = asWritten ? written : sum;
        if (isBounded || was.bounded() && !asWritten) {
            bounded.set(column);
        }
        var left = new ArrayList<Clock>(was.writes().size() + 1);
        for (Clock write : was.writes()) {
            if (from.unaware(write)) {
                left.add(write);
            }
        }
        left.add(clock);
        var columns = new BitSet();
        columns.set(column);
        written(columns, new Sum(column, total, isBounded, start, List.copyOf(left)));
    }

    private void joins(int column, Policy.Splitting splitting) {
        Clock held = clocks.of(column);
        Object stands = standing.value(column);
        Object writes = after.value(column);
        Parts was = contests.of(column) instanceof Parts known ? known : new Parts(column, held, held, new TreeMap<>());
        var times = new TreeMap<String, Clock>();
        was.parts().forEach((name, part) -> times.put(name, part.clock()));
        var content = new TreeMap<>(splitting.parts(stands));
        if (!splitting.isWhole(stands)) {
            was.parts().forEach((name, part) -> put(content, name, part.value()));
        }
        Map<String, String> wanted = splitting.parts(writes);
        for (String name : changed(splitting, was, content, wanted)) {
            Clock other = was.of(name, content.containsKey(name));
            boolean wins = other == null || beats(other);
            boolean same = Objects.equals(content.get(name), wanted.get(name));
            meets(column, other, same, wins);
            if (wins) {
                times.put(name, clock);
                put(content, name, wanted.get(name));
            }
        }
        boolean wins = beats(was.whole());
        boolean isWhole = splitting.isWhole(wins ? writes : stands);
        meets(
                column,
                was.whole(),
                splitting.isWhole(stands) && splitting.isWhole(writes) || Objects.equals(stands, writes),
                wins);
        if (!isWhole) {
            content.keySet().forEach(name -> times.putIfAbsent(name, was.base()));
            values[column] = wins ? writes : stands;
        } else if (splitting.isWhole(writes) && content.equals(wanted)) {
            values[column] = writes;
        } else if (!splitting.isWhole(stands) || !content.equals(splitting.parts(stands))) {
            values[column] = splitting.joined(content);
        }
        var parts = new TreeMap<String, Part>();
        times.forEach((name, at) -> parts.put(name, new Part(at, isWhole ? null : content.get(name))));
        var columns = new BitSet();
        columns.set(column);
        written(columns, new Parts(column, was.base(), wins ? clock : was.whole(), parts));
    }

    /** The parts the change wrote; one that makes an object of something else writes all it knew of as well. */
    private TreeSet<String> changed(
            Policy.Splitting splitting, Parts was, Map<String, String> content, Map<String, String> wanted) {
        Object old = before == null ? null : before.value(was.column());
        Map<String, String> known = old == null ? Map.of() : splitting.parts(old);
        var changed = new TreeSet<>(wanted.keySet());
        changed.addAll(known.keySet());
        changed.removeIf(name -> Objects.equals(known.get(name), wanted.get(name)));
        if (operation != Operation.INSERT && !splitting.isWhole(old)) {
            content.keySet().stream()
                    .filter(name -> isKnown(was.of(name, true)))
                    .forEach(changed::add);
        }
        return changed;
    }

    private boolean isKnown(@Nullable Clock write) {
        return write == null || !from.unaware(write);
    }

    private void meets(int column, @Nullable Clock other, boolean same, boolean wins) {
        if (!same && !isKnown(other)) {
            won.set(column, wins && (won.get(column) || !contested.get(column)));
            contested.set(column);
        }
    }

    private static void put(Map<String, String> content, String name, @Nullable String value) {
        if (value == null) {
            content.remove(name);
        } else {
            content.put(name, value);
        }
    }
}
