package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a row's clocks do not say of writes that did not know of each other, where a policy asks for more than the last of them; empty as soon
 * as every site has seen them.
 *
 * @param assertions writes of which none had seen another and that said whether the row exists; none where it is one
 * @param registers of columns whose policy needs them
 */
public record Contests(List<Assertion> assertions, List<Register> registers) {
    /** Of a row whose every write is in its clocks. */
    public static final Contests NONE = new Contests(List.of(), List.of());

    /** A write, and whether the row existed after it. */
    public record Assertion(Clock clock, boolean exists) {}

    /** What a value of a column is in another layout. */
    public interface Conversion {
        @Nullable
        Object of(int column, @Nullable Object value);
    }

    /** The same with converted values. */
    public Contests as(Conversion conversion) {
        return registers.isEmpty()
                ? this
                : of(
                        assertions,
                        registers.stream()
                                .map(register -> register instanceof Register.Candidates candidates
                                        ? candidates.as(conversion)
                                        : register)
                                .toList());
    }

    @Nullable
    Register of(int column) {
        for (Register register : registers) {
            if (register.column() == column) {
                return register;
            }
        }
        return null;
    }

    Contests with(int column, @Nullable Register register) {
        Register was = of(column);
        if (was == register) {
            return this;
        }
        var others = new ArrayList<Register>(registers.size() + 1);
        for (Register one : registers) {
            if (one != was) {
                others.add(one);
            }
        }
        if (register != null) {
            others.add(register);
        }
        return of(assertions, others);
    }

    Contests asserting(List<Assertion> other) {
        return of(other, registers);
    }

    private static Contests of(List<Assertion> assertions, List<Register> registers) {
        return assertions.isEmpty() && registers.isEmpty()
                ? NONE
                : new Contests(List.copyOf(assertions), List.copyOf(registers));
    }

    boolean any(Predicate<Clock> test) {
        for (Assertion assertion : assertions) {
            if (test.test(assertion.clock)) {
                return true;
            }
        }
        for (Register register : registers) {
            if (register.any(test)) {
                return true;
            }
        }
        return false;
    }

    /** What every site has seen for good cannot be contested any more. */
    Contests collapsed(Predicate<Clock> seenEverywhere, ColumnClocks clocks) {
        if (this == NONE) {
            return this;
        }
        var left = new ArrayList<Register>(registers.size());
        for (Register register : registers) {
            Register rest = register.collapsed(seenEverywhere, clocks.of(register.column()));
            if (rest != null) {
                left.add(rest);
            }
        }
        boolean settled = assertions.stream().allMatch(assertion -> seenEverywhere.test(assertion.clock));
        return of(settled ? List.of() : assertions, left);
    }

    Contests sharedWith(SiteId site, long written, List<SiteId> order) {
        return registers.isEmpty()
                ? this
                : of(
                        assertions,
                        registers.stream()
                                .map(register -> register.sharedWith(site, written, order))
                                .toList());
    }
}
