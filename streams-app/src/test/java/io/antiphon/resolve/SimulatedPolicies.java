package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Policies for columns of small whole numbers. */
final class SimulatedPolicies {
    /** A value of a column of objects that is none; the smaller ones are objects of two parts, each missing where its digit is 0. */
    static final int NO_OBJECT = 9;

    private static final List<String> PARTS = List.of("a", "b");

    private SimulatedPolicies() {}

    static Policy ofGroups(List<SiteId> sites, SplittableRandom random) {
        return random.nextBoolean() ? Policy.Choice.firstWriterWins() : sitePriority(sites, random);
    }

    static Policy ofColumns(List<SiteId> sites, SplittableRandom random) {
        return switch (random.nextInt(9)) {
            case 0 -> Policy.Choice.firstWriterWins();
            case 1 -> sitePriority(sites, random);
            case 2 -> new Policy.Combination("max", (one, other) -> Math.max((int) one, (int) other));
            case 3 -> new Policy.Combination("min", (one, other) -> Math.min((int) one, (int) other));
            case 4 -> new Policy.Combination("union", (one, other) -> (int) one | (int) other);
            case 5, 6 -> new Policy.Deltas(new Bounded(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case 7 -> new Policy.Deltas(new Bounded(0, 2));
            default -> new Policy.Parts(new Digits());
        };
    }

    private static Policy sitePriority(List<SiteId> sites, SplittableRandom random) {
        var order = new ArrayList<>(sites);
        Collections.shuffle(order, new Random(random.nextLong()));
        return Policy.Choice.sitePriority(order);
    }

    record Bounded(int least, int most) implements Policy.Amounts {
        boolean isOpen() {
            return least == Integer.MIN_VALUE;
        }

        @Override
        public BigDecimal of(@Nullable Object value) {
            return value == null ? BigDecimal.ZERO : BigDecimal.valueOf((int) value);
        }

        @Override
        public Object shown(BigDecimal sum) {
            return Math.max(least, Math.min(most, sum.intValueExact()));
        }
    }

    record Digits() implements Policy.Splitting {
        @Override
        public Map<String, String> parts(@Nullable Object value) {
            var parts = new TreeMap<String, String>();
            if (isWhole(value)) {
                int digits = (int) value;
                for (String part : PARTS) {
                    if (digits % 3 > 0) {
                        parts.put(part, String.valueOf(digits % 3));
                    }
                    digits /= 3;
                }
            }
            return parts;
        }

        @Override
        public boolean isWhole(@Nullable Object value) {
            return value != null && (int) value < NO_OBJECT;
        }

        @Override
        public Object joined(Map<String, String> parts) {
            return Integer.parseInt(parts.getOrDefault("b", "0")) * 3 + Integer.parseInt(parts.getOrDefault("a", "0"));
        }
    }
}
