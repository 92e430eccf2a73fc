package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is remembered of the writes of one column, or of columns that move as one, until every site has seen them all. */
public sealed interface Register {
    /** The first of its columns. */
    int column();

    /** Its writes, in no order. */
    Stream<Clock> clocks();

    /** Whether one of its writes is such. */
    default boolean any(Predicate<Clock> test) {
        return clocks().anyMatch(test);
    }

    /** A write that is such. */
    default @Nullable Clock first(Predicate<Clock> test) {
        return clocks().filter(test).findFirst().orElse(null);
    }

    /**
     * What is left to remember; null for nothing.
     *
     * @param held the clock of its columns
     */
    @Nullable
    Register collapsed(Predicate<Clock> seenEverywhere, Clock held);

    /** Writes of which none had seen another, at least two: a multi-value register. */
    record Candidates(BitSet columns, List<Write> writes) implements Register {
        @Override
        public int column() {
            return columns.nextSetBit(0);
        }

        @Override
        public Stream<Clock> clocks() {
            return writes.stream().map(Write::clock);
        }

        Candidates as(Contests.Conversion conversion) {
            return new Candidates(
                    columns,
                    writes.stream().map(write -> write.as(columns, conversion)).toList());
        }

        @Override
        public @Nullable Register collapsed(Predicate<Clock> seenEverywhere, Clock held) {
            return writes.stream().allMatch(write -> seenEverywhere.test(write.clock)) ? null : this;
        }
    }

    /** What one write said. */
    record Write(Clock clock, List<@Nullable Object> values) {
        static Write of(Clock clock, Row row, BitSet columns) {
            @Nullable Object[] values = new Object[columns.cardinality()];
            int at = 0;
            for (int column = columns.nextSetBit(0); column >= 0; column = columns.nextSetBit(column + 1)) {
                values[at++] = row.value(column);
            }
            return new Write(clock, Arrays.asList(values));
        }

        Write as(BitSet columns, Contests.Conversion conversion) {
            @Nullable Object[] converted = new Object[values.size()];
            int at = 0;
            for (int column = columns.nextSetBit(0); column >= 0; column = columns.nextSetBit(column + 1)) {
                converted[at] = conversion.of(column, values.get(at++));
            }
            return new Write(clock, Arrays.asList(converted));
        }
    }

    /**
     * A sum of what changes added. That each counts once follows from each being heard once; who has seen which is remembered for the conflicts
     * and contexts of the row alone.
     *
     * @param total without bounds
     * @param bounded the value shown is not the total
     * @param start what the sum began with, null as soon as no site can begin it anew
     * @param writes of which none had seen another
     */
    record Sum(
            int column,
            BigDecimal total,
            boolean bounded,
            @Nullable Start start,
            List<Clock> writes) implements Register {
        /** What an insert began a sum with. */
        public record Start(Clock clock, BigDecimal amount) {}

        @Override
        public Stream<Clock> clocks() {
            return writes.stream();
        }

        @Override
        public @Nullable Register collapsed(Predicate<Clock> seenEverywhere, Clock held) {
            Start unseen = start == null || seenEverywhere.test(start.clock) ? null : start;
            List<Clock> left = writes.stream().filter(seenEverywhere.negate()).toList();
            boolean isHeld = left.isEmpty() || left.equals(List.of(held));
            return unseen == null && !bounded && isHeld ? null : new Sum(column, total, bounded, unseen, left);
        }

        @Override
        public Register sharedWith(SiteId site, long written, List<SiteId> order) {
            return start == null
                    ? this
                    : new Sum(
                            column,
                            total,
                            bounded,
                            new Start(start.clock.sharedWith(site, written, order), start.amount),
                            writes);
        }
    }

    /**
     * The newest writes of a value's parts.
     *
     * @param base the clock of parts that are not here
     * @param whole the newest write that said whether the value has parts
     * @param parts by their names; those the row does not show, because the value is no object just now, are all here
     */
    record Parts(int column, Clock base, Clock whole, TreeMap<String, Part> parts) implements Register {
        /** When a part was last written, and as what where the row does not show it; null is removed. */
        public record Part(Clock clock, @Nullable String value) {}

        @Override
        public Stream<Clock> clocks() {
            return Stream.concat(Stream.of(base, whole), parts.values().stream().map(Part::clock));
        }

        @Override
        public Register sharedWith(SiteId site, long written, List<SiteId> order) {
            return new Parts(
                    column, base.sharedWith(site, written, order), whole.sharedWith(site, written, order), parts);
        }

        /** The clock of a part that is there or was removed; null of one that nobody wrote. */
        @Nullable
        Clock of(String part, boolean isThere) {
            Part written = parts.get(part);
            return written != null ? written.clock : isThere ? base : null;
        }

        @Override
        public @Nullable Register collapsed(Predicate<Clock> seenEverywhere, Clock held) {
            if (!seenEverywhere.test(base)) {
                return this;
            }
            var left = new TreeMap<>(parts);
            boolean settled = seenEverywhere.test(whole);
            left.values().removeIf(part -> seenEverywhere.test(part.clock) && (settled || part.value == null));
            return left.isEmpty() && settled ? null : new Parts(column, base, whole, left);
        }
    }

    /** The same, where what two sites began with is the first site's. */
    default Register sharedWith(SiteId site, long written, List<SiteId> order) {
        return this;
    }
}
