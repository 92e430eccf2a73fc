package io.antiphon.merge;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Tries a merge before it is used on anything: whether the order in which changes arrive could make a difference.
 *
 * <p>The laws are those of a join semilattice, tried on every pair and triple of a few dozen values and on the values they come to; the values
 * are made from a fixed seed, so that a merge which was certified once is certified again.
 */
public final class Certification {
    private static final long SEED = 20_261_124;
    private static final int VALUES = 24;
    private static final int LONGEST_SHOWN = 200;

    private final Merge merge;
    private final ColumnType type;

    private Certification(Merge merge, ColumnType type) {
        this.merge = merge;
        this.type = type;
    }

    /** The first law that the merge breaks for columns of this type, with an example; empty if it breaks none. */
    public static Optional<String> fault(Merge merge, String type) {
        try {
            new Certification(merge, ColumnType.of(type)).tryAll();
            return Optional.empty();
        } catch (LawBrokenException broken) {
            return Optional.of(broken.law);
        }
    }

    private static final class LawBrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String law;

        LawBrokenException(String law) {
            super(law);
            this.law = law;
        }
    }

    private void tryAll() throws LawBrokenException {
        List<@Nullable Object> values = values(new SplittableRandom(SEED));
        for (Object one : values) {
            same("idempotent", "merge(a, a)", of(one, one), "a", one, "a = " + text(one));
            for (Object other : values) {
                String pair = "a = " + text(one) + ", b = " + text(other);
                Object both = of(one, other);
                same("commutative", "merge(a, b)", both, "merge(b, a)", of(other, one), pair);
                for (Object third : values) {
                    same(
                            "associative",
                            "merge(merge(a, b), c)",
                            of(both, third),
                            "merge(a, merge(b, c))",
                            of(one, of(other, third)),
                            pair + ", c = " + text(third));
                }
            }
        }
    }

    private @Nullable Object of(@Nullable Object one, @Nullable Object other) throws LawBrokenException {
        Object both;
        try {
            both = merge.merge(one, other);
        } catch (RuntimeException e) {
            throw new LawBrokenException(
                    "is not total: merge(" + text(one) + ", " + text(other) + ") throws " + text(e));
        }
        if (both != null && !both.getClass().equals(javaType())) {
            throw new LawBrokenException("is not total: merge(" + text(one) + ", " + text(other) + ") is a "
                    + both.getClass().getSimpleName() + " and no " + javaType().getSimpleName());
        }
        return both;
    }

    private static void same(
            String law, String left, @Nullable Object one, String right, @Nullable Object other, String example)
            throws LawBrokenException {
        if (!Objects.equals(one, other)) {
            throw new LawBrokenException("is not " + law + ": with " + example + ", " + left + " is " + text(one)
                    + " and " + right + " is " + text(other));
        }
    }

    private static String text(@Nullable Object value) {
        String text = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }

    private Class<?> javaType() {
        return switch (type) {
            case WHOLE -> Long.class;
            case DECIMAL -> BigDecimal.class;
            case FLOATING -> Double.class;
            case BOOLEAN -> Boolean.class;
            case TEXT, DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE, JSON_BINARY, ARRAY, OTHER -> String.class;
        };
    }

    private List<@Nullable Object> values(SplittableRandom random) {
        var values = new ArrayList<@Nullable Object>();
        values.add(null);
        while (values.size() < VALUES) {
            values.add(value(random));
        }
        return values;
    }

    private Object value(SplittableRandom random) {
        return switch (type) {
            case WHOLE -> random.nextInt(4) == 0 ? (long) (short) random.nextInt() : (long) random.nextInt(7) - 3;
            case DECIMAL -> BigDecimal.valueOf(random.nextInt(200) - 100, random.nextInt(3));
            case FLOATING -> random.nextInt(5) == 0 ? Double.NaN : (random.nextInt(21) - 10) / 4.0;
            case BOOLEAN -> random.nextBoolean();
            case TEXT, OTHER -> word(random);
            case DATE -> "20%02d-0%d-1%dZ".formatted(random.nextInt(100), 1 + random.nextInt(9), random.nextInt(10));
            case TIMESTAMP, TIMESTAMP_WITH_ZONE ->
                "2026-0%d-1%dT0%d:00:00Z".formatted(1 + random.nextInt(9), random.nextInt(10), random.nextInt(10));
            case JSON_BINARY ->
                random.nextBoolean()
                        ? "{\"a\": " + random.nextInt(3) + ", \"b\": \"" + word(random) + "\"}"
                        : "[" + random.nextInt(3) + ", " + random.nextInt(3) + "]";
            case ARRAY -> "{" + random.nextInt(5) + "," + random.nextInt(5) + "}";
        };
    }

    /** Words, numbers, and both together, as people put into texts. */
    private static String word(SplittableRandom random) {
        String letters = random.ints(random.nextInt(4), 'a', 'e')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return switch (random.nextInt(4)) {
            case 0 -> letters;
            case 1 -> String.valueOf(random.nextInt(30));
            case 2 -> random.nextInt(30) + " " + letters;
            default -> letters + ":" + random.nextInt(30);
        };
    }
}
