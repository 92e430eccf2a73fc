package io.antiphon.topology;

import io.antiphon.merge.ColumnType;
import io.antiphon.merge.Merge;
import io.antiphon.resolve.Policy;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** The values of a column as it is captured, and what merges make of them. */
final class ColumnValues {
    private static final String CONNECT_TYPE = "connect.type";

    private final ColumnType type;
    private final Schema schema;

    /** @param sourceType as the database calls it */
    ColumnValues(String sourceType, Schema schema) {
        this.type = ColumnType.of(sourceType);
        this.schema = schema;
    }

    BinaryOperator<@Nullable Object> greater() {
        Comparator<Object> order = order();
        return (one, other) -> one == null ? other : other == null || order.compare(one, other) >= 0 ? one : other;
    }

    BinaryOperator<@Nullable Object> less() {
        Comparator<Object> order = order();
        return (one, other) -> one == null ? other : other == null || order.compare(one, other) <= 0 ? one : other;
    }

    /** The type's order; values that are equal in it but not the same, as 1.0 and 1.00, have one all the same. */
    private Comparator<Object> order() {
        Comparator<Object> order =
                switch (type) {
                    case WHOLE -> Comparator.comparingLong(value -> ((Number) value).longValue());
                    case FLOATING -> Comparator.comparingDouble(value -> ((Number) value).doubleValue());
                    case BOOLEAN -> Comparator.comparing(value -> (Boolean) value);
                    case DECIMAL -> ranked(ColumnValues::decimal, "-Infinity", "Infinity", "NaN");
                    case DATE ->
                        ranked(text -> LocalDate.parse(withoutZone(text)).atStartOfDay(), "-infinity", "infinity");
                    case TIMESTAMP -> ranked(text -> LocalDateTime.parse(withoutZone(text)), "-infinity", "infinity");
                    case TIMESTAMP_WITH_ZONE ->
                        ranked(text -> OffsetDateTime.parse(text).toInstant(), "-infinity", "infinity");
                    case TEXT, JSON_BINARY, ARRAY, OTHER -> (one, other) -> 0;
                };
        return order.thenComparing(ColumnValues::utf8);
    }

    private static String withoutZone(String text) {
        return text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
    }

    /** Reads a text; one that does not say such a value is null, or not read at all. */
    private interface Read<T> {
        @Nullable
        T of(String text);
    }

    /** The order of what the texts say; the first of the named is below all, the others above, and what says nothing is last. */
    private static <T extends Comparable<? super T>> Comparator<Object> ranked(
            Read<T> read, String below, String... above) {
        List<String> beyond = List.of(above);
        return (one, other) -> {
            String mine = one.toString();
            String theirs = other.toString();
            T value = read(read, mine);
            T otherValue = read(read, theirs);
            if (value != null && otherValue != null) {
                return value.compareTo(otherValue);
            }
            return Integer.compare(rank(value, mine, below, beyond), rank(otherValue, theirs, below, beyond));
        };
    }

    private static <T> @Nullable T read(Read<T> read, String text) {
        try {
            return read.of(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static int rank(@Nullable Object value, String text, String below, List<String> above) {
        if (value != null) {
            return 0;
        }
        int beyond = above.indexOf(text);
        return text.equals(below) ? -1 : beyond < 0 ? above.size() + 1 : beyond + 1;
    }

    private static @Nullable BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Utf8 utf8(Object value) {
        return value instanceof Utf8 text ? text : new Utf8(value.toString());
    }

    /** All elements of both, each once, in order; of what is no list, or one of lists, the greater stands and stands over lists. */
    BinaryOperator<@Nullable Object> union() {
        Elements elements = type == ColumnType.JSON_BINARY ? Elements.OF_JSON : Elements.OF_ARRAY;
        return (one, other) -> {
            if (one == null || other == null || one.equals(other)) {
                return one == null ? other : one;
            }
            List<String> mine = elements.of(one.toString());
            List<String> theirs = elements.of(other.toString());
            if (mine == null || theirs == null) {
                boolean first = theirs != null || mine == null && utf8(one).compareTo(utf8(other)) >= 0;
                return first ? one : other;
            }
            var all = new TreeSet<>(Elements.ORDER);
            all.addAll(mine);
            all.addAll(theirs);
            return new Utf8(elements.text(all));
        };
    }

    Policy.Amounts amounts(@Nullable BigDecimal atLeast, @Nullable BigDecimal atMost) {
        boolean whole = type == ColumnType.WHOLE;
        return new Amounts(
                whole ? greatest(atLeast, BigDecimal.valueOf(leastWhole())) : atLeast,
                whole ? least(atMost, BigDecimal.valueOf(greatestWhole())) : atMost);
    }

    private static BigDecimal greatest(@Nullable BigDecimal one, BigDecimal other) {
        return one == null ? other : one.max(other);
    }

    private static BigDecimal least(@Nullable BigDecimal one, BigDecimal other) {
        return one == null ? other : one.min(other);
    }

    private long leastWhole() {
        return -greatestWhole() - 1;
    }

    private long greatestWhole() {
        return schema.getType() == Schema.Type.LONG
                ? Long.MAX_VALUE
                : "int16".equals(schema.getProp(CONNECT_TYPE)) ? Short.MAX_VALUE : Integer.MAX_VALUE;
    }

    private final class Amounts implements Policy.Amounts {
        private final @Nullable BigDecimal atLeast;
        private final @Nullable BigDecimal atMost;

        Amounts(@Nullable BigDecimal atLeast, @Nullable BigDecimal atMost) {
            this.atLeast = atLeast;
            this.atMost = atMost;
        }

        @Override
        public BigDecimal of(@Nullable Object value) {
            if (value == null) {
                return BigDecimal.ZERO;
            }
            if (type == ColumnType.WHOLE) {
                return BigDecimal.valueOf(((Number) value).longValue());
            }
            BigDecimal decimal = decimal(value.toString());
            return decimal == null ? BigDecimal.ZERO : decimal;
        }

        @Override
        public Object shown(BigDecimal sum) {
            BigDecimal shown = sum;
            if (atLeast != null && shown.compareTo(atLeast) < 0) {
                shown = atLeast.setScale(sum.scale(), RoundingMode.CEILING);
            }
            if (atMost != null && shown.compareTo(atMost) > 0) {
                shown = atMost.setScale(sum.scale(), RoundingMode.FLOOR);
            }
            if (type != ColumnType.WHOLE) {
                return new Utf8(shown.toPlainString());
            }
            long whole = shown.longValueExact();
            return schema.getType() == Schema.Type.LONG ? (Object) whole : (Object) (int) whole;
        }
    }

    /** A user's own merge, which sees plain values; what it returns of two it was given stays as it was captured. */
    BinaryOperator<@Nullable Object> merged(Merge merge) {
        return (one, other) -> {
            Object mine = plain(one);
            Object theirs = plain(other);
            Object both = merge.merge(mine, theirs);
            if (Objects.equals(both, mine)) {
                return one;
            }
            return Objects.equals(both, theirs) ? other : captured(both);
        };
    }

    private @Nullable Object plain(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        return switch (type) {
            case WHOLE -> ((Number) value).longValue();
            case FLOATING -> ((Number) value).doubleValue();
            case BOOLEAN -> value;
            case DECIMAL -> decimal(value.toString());
            case TEXT, DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE, JSON_BINARY, ARRAY, OTHER -> value.toString();
        };
    }

    private @Nullable Object captured(@Nullable Object plain) {
        if (plain == null) {
            return null;
        }
        return switch (schema.getType()) {
            case INT -> Math.toIntExact((Long) plain);
            case LONG -> plain;
            case FLOAT -> ((Double) plain).floatValue();
            case DOUBLE, BOOLEAN -> plain;
            default -> new Utf8(plain instanceof BigDecimal decimal ? decimal.toPlainString() : plain.toString());
        };
    }
}
