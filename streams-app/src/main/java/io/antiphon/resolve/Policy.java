package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How writes that did not know of each other become one value, where that is not the last writer's.
 *
 * <p>Each is a function of the set of such writes, so that the order they arrive in makes no difference. Rows that stood at the sites before the
 * mesh are not such writes: of those the first site's stands whatever the policy is, and any change stands over them.
 */
public sealed interface Policy {
    /** As the configuration calls it. */
    String name();

    /** Of the writes one stands as it is: the least of this order. */
    record Choice(String name, Comparator<Clock> order) implements Policy {
        /** The earliest stands. */
        public static Choice firstWriterWins() {
            return new Choice("first-writer-wins", Choice::byTime);
        }

        /** The one of the site that comes first stands; of one site's, the latest. */
        public static Choice sitePriority(List<SiteId> order) {
            return new Choice(
                    "site-priority",
                    Comparator.<Clock>comparingInt(write -> rank(order, write.author()))
                            .thenComparing((one, other) -> byTime(other, one)));
        }

        private static int rank(List<SiteId> order, SiteId site) {
            int rank = order.indexOf(site);
            return rank < 0 ? order.size() : rank;
        }

        private static int byTime(Clock one, Clock other) {
            return one.equals(other) ? 0 : Resolver.beats(one, other, List.of()) ? 1 : -1;
        }
    }

    /** The values become one, two at a time: commutative, associative, idempotent and defined for all of them. */
    record Combination(String name, BinaryOperator<@Nullable Object> values) implements Policy {}

    /** What each change added to its number counts once. */
    record Deltas(Amounts amounts) implements Policy {
        @Override
        public String name() {
            return "add-deltas";
        }
    }

    /** Each part of the value by itself, the last writer of a part wins. */
    record Parts(Splitting splitting) implements Policy {
        @Override
        public String name() {
            return "json-merge";
        }
    }

    /** The numbers of a column. */
    interface Amounts {
        /** The number a value stands for; null, and what is no number, is 0. */
        BigDecimal of(@Nullable Object value);

        /** The value that is shown for a sum, within the column's bounds. */
        Object shown(BigDecimal sum);
    }

    /** The parts of a column's values. */
    interface Splitting {
        /** A value's parts by their names; none of one that has no parts. */
        Map<String, String> parts(@Nullable Object value);

        /** Whether a value has parts, also when it has none just now. */
        boolean isWhole(@Nullable Object value);

        /** The value that is made of these parts. */
        Object joined(Map<String, String> parts);
    }
}
