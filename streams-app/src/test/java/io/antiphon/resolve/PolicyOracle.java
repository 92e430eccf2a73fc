package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Heard.Operation;
import java.math.BigDecimal;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Says what a row has to be by the policies of its columns, from the set of changes alone: a sum added up, a maximum looked for. */
final class PolicyOracle {
    private final Columns columns;
    private final List<SiteId> sites;

    /** The last writer is the greatest; of rows that stood before the mesh, the first site's. */
    private final Comparator<Change> latest;

    PolicyOracle(Columns columns, List<SiteId> sites) {
        this.columns = columns;
        this.sites = sites;
        this.latest = Comparator.comparingLong(Change::writeTime).thenComparing(this::tie);
    }

    private int tie(Change one, Change other) {
        if (one.site() == other.site()) {
            return Integer.compare(one.id(), other.id());
        }
        return one.found()
                ? Integer.compare(other.site(), one.site())
                : name(one).compareTo(name(other));
    }

    private SiteId name(Change change) {
        return change.site() < sites.size() ? sites.get(change.site()) : SiteId.PEOPLE;
    }

    @Nullable
    Policy policy(int column) {
        for (Columns.Unit unit : columns.units()) {
            if (unit.columns().get(column)) {
                return unit.policy();
            }
        }
        return null;
    }

    boolean sumsOrJoins(int column) {
        return policy(column) instanceof Policy.Deltas || policy(column) instanceof Policy.Parts;
    }

    /** Whether something of what the change wrote to the column is not there. */
    boolean isLost(int column, Change change, Row now) {
        Row after = Objects.requireNonNull(change.after());
        if (policy(column) instanceof Policy.Deltas) {
            return false;
        }
        if (policy(column) instanceof Policy.Parts parts && parts.splitting().isWhole(after.value(column))) {
            Map<String, String> there = parts.splitting().parts(now.value(column));
            return writes(column, change, parts.splitting()).stream()
                    .anyMatch(part -> !Objects.equals(
                            there.get(part),
                            parts.splitting().parts(after.value(column)).get(part)));
        }
        return !now.agrees(after, column);
    }

    /** A site sees what it wrote, and everybody else the bound, until the outcome has come back to it. */
    boolean agreeWithinBounds(@Nullable Row one, @Nullable Row other) {
        return agreeBut(
                one,
                other,
                policy -> policy instanceof Policy.Deltas deltas
                        && !((SimulatedPolicies.Bounded) deltas.amounts()).isOpen());
    }

    /** Objects that several sites began with are one, key by key. */
    boolean agreeButForWhatJoins(@Nullable Row one, @Nullable Row other) {
        return agreeBut(one, other, Policy.Parts.class::isInstance);
    }

    private boolean agreeBut(@Nullable Row one, @Nullable Row other, Predicate<Policy> exceptions) {
        if (one == null || other == null) {
            return one == other;
        }
        BitSet differing = one.differences(other);
        columns.units().stream()
                .filter(unit -> exceptions.test(unit.policy()))
                .forEach(unit -> differing.andNot(unit.columns()));
        return differing.isEmpty();
    }

    void judge(List<Change> told, @Nullable Row now) {
        int life = told.stream().mapToInt(Change::life).max().orElse(0);
        List<Change> all = told.stream().filter(change -> change.life() == life).toList();
        List<Change> real = all.stream().filter(change -> !change.found()).toList();
        exists(real.isEmpty() ? all : real, now);
        if (now == null) {
            return;
        }
        for (Columns.Unit unit : columns.units()) {
            int column = unit.columns().nextSetBit(0);
            List<Change> writers = real.stream()
                    .filter(change -> change.writes(column, columns))
                    .toList();
            if (unit.policy() instanceof Policy.Deltas deltas) {
                is(column, sum(column, all, deltas.amounts()), now, all);
            } else if (unit.policy() instanceof Policy.Parts parts) {
                joined(column, all, parts.splitting(), now);
            } else if (writers.isEmpty()) {
                Change first = all.stream().filter(Change::found).max(latest).orElseThrow();
                is(column, value(first, column), now, all);
            } else {
                unit.columns().stream()
                        .forEach(one -> is(one, chosen(unit.policy(), newest(writers), one), now, newest(writers)));
            }
        }
    }

    private void exists(List<Change> all, @Nullable Row now) {
        List<Change> newest = newest(all);
        Predicate<Change> deletes = change -> change.after() == null;
        boolean gone =
                switch (columns.deletes()) {
                    case LAST_WRITER_WINS -> now == null;
                    case DELETE_WINS -> newest.stream().anyMatch(deletes);
                    case UPDATE_WINS -> newest.stream().allMatch(deletes);
                };
        if (gone != (now == null)) {
            throw new Broken(columns.deletes().word() + " says the row is " + (gone ? "gone" : "there") + " but it is "
                    + now + " after " + newest);
        }
    }

    private static void is(int column, @Nullable Object expected, Row now, List<Change> of) {
        if (!Objects.equals(expected, now.value(column))) {
            throw new Broken("by its policy column " + column + " of " + now + " is " + expected + " of " + of);
        }
    }

    private static @Nullable Object value(Change change, int column) {
        return Objects.requireNonNull(change.after()).value(column);
    }

    private @Nullable Object chosen(Policy policy, List<Change> writers, int column) {
        if (policy instanceof Policy.Combination combination) {
            return writers.stream()
                    .map(change -> value(change, column))
                    .reduce(combination.values())
                    .orElseThrow();
        }
        if (policy.name().equals("first-writer-wins")) {
            return value(writers.stream().min(latest).orElseThrow(), column);
        }
        Policy.Choice priority = (Policy.Choice) policy;
        return value(
                writers.stream()
                        .min((one, other) -> one.site() == other.site()
                                ? latest.compare(other, one)
                                : priority.order().compare(clock(one), clock(other)))
                        .orElseThrow(),
                column);
    }

    private Clock clock(Change change) {
        return new Clock(change.writeTime(), name(change), change.id());
    }

    /** What the last insert or a person's decision began with, and what every update added that the decision had not seen. */
    private Object sum(int column, List<Change> all, Policy.Amounts amounts) {
        Change decision = all.stream()
                .filter(change -> change.asserted() != null && change.writes(column, columns))
                .max(latest)
                .orElse(null);
        List<Change> counted = decision == null
                ? all
                : all.stream()
                        .filter(change -> !decision.past().get(change.id()))
                        .toList();
        BigDecimal sum = counted.stream()
                .filter(change -> change == decision || change.operation() == Operation.INSERT)
                .max(latest)
                .map(change -> amounts.of(value(change, column)))
                .orElseThrow();
        for (Change change : counted) {
            if (change != decision && change.operation() == Operation.UPDATE) {
                Row before = Objects.requireNonNull(change.before());
                sum = sum.add(amounts.of(value(change, column))).subtract(amounts.of(before.value(column)));
            }
        }
        return amounts.shown(sum);
    }

    /** Where no value was ever anything but an object. */
    private void joined(int column, List<Change> all, Policy.Splitting splitting, Row now) {
        if (all.stream().anyMatch(change -> change.after() != null && !splitting.isWhole(value(change, column)))) {
            return;
        }
        var lastWriters = new HashMap<String, Change>();
        for (Change change : all) {
            if (change.after() != null) {
                for (String part : writes(column, change, splitting)) {
                    lastWriters.merge(part, change, (one, other) -> latest.compare(one, other) > 0 ? one : other);
                }
            }
        }
        var parts = new HashMap<String, String>();
        lastWriters.forEach((part, change) -> {
            String value = splitting.parts(value(change, column)).get(part);
            if (value != null) {
                parts.put(part, value);
            }
        });
        is(column, splitting.joined(parts), now, all);
    }

    private static TreeSet<String> writes(int column, Change change, Policy.Splitting splitting) {
        Map<String, String> after = splitting.parts(value(change, column));
        Map<String, String> before = change.before() == null
                ? Map.of()
                : splitting.parts(change.before().value(column));
        var written = new TreeSet<>(after.keySet());
        written.addAll(before.keySet());
        written.removeIf(part -> change.asserted() == null && Objects.equals(before.get(part), after.get(part)));
        return written;
    }

    /** Those that none of the others has seen. */
    private static List<Change> newest(List<Change> among) {
        return among.stream()
                .filter(change -> among.stream().noneMatch(other -> other.past().get(change.id())))
                .toList();
    }
}
