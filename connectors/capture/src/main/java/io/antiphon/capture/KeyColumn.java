package io.antiphon.capture;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Brings one key column's value into the form {@link io.antiphon.key.RowKey} holds: the same for every width, encoding and vendor, and a
 * text that a database reads back as the same value.
 */
@FunctionalInterface
interface KeyColumn {
    /** A whole number, {@link BigDecimal}, {@link Boolean} or {@link String}. */
    Object canonical(Object value);

    /** The column of this name and schema, where {@code sourceType} is its type in the database as far as it is known. */
    static KeyColumn of(String name, Schema schema, @Nullable String sourceType) {
        String logical = schema.name();
        if (logical != null) {
            KeyColumn known = ofLogicalType(name, logical, schema);
            if (known != null) {
                return known;
            }
        }
        String type = sourceType == null ? "" : sourceType.toUpperCase(Locale.ROOT);
        return switch (schema.type()) {
            case INT8, INT16, INT32, INT64 -> value -> ((Number) value).longValue();
            case BOOLEAN -> value -> value;
            case STRING -> ofText(type);
            case BYTES -> ofBytes(type);
            case FLOAT32, FLOAT64 ->
                throw new NotAKeyException(
                        name, "it is a floating-point number, and 0 and -0 are equal but written differently");
            case ARRAY, MAP, STRUCT ->
                throw new NotAKeyException(name, "a " + schema.type().getName() + " has no single text");
        };
    }

    private static @Nullable KeyColumn ofLogicalType(String column, String logical, Schema schema) {
        return switch (logical) {
            case "io.debezium.data.Uuid" -> value -> ((String) value).toLowerCase(Locale.ROOT);
            case "io.debezium.data.Bits" -> value -> bits(bytes(value), schema.parameters());
            case "org.apache.kafka.connect.data.Decimal" -> value -> value;
            case "io.debezium.data.VariableScaleDecimal" ->
                value -> {
                    var struct = (Struct) value;
                    return new BigDecimal(new java.math.BigInteger(struct.getBytes("value")), struct.getInt32("scale"));
                };
            case "io.debezium.time.Date" -> value -> Texts.date(LocalDate.ofEpochDay(((Number) value).longValue()));
            case "org.apache.kafka.connect.data.Date" ->
                value -> Texts.date(utc(value).toLocalDate());
            case "io.debezium.time.IsoDate" -> value -> Texts.date((String) value);
            case "io.debezium.time.Time" -> value -> Texts.timeOfMicros(((Number) value).longValue() * 1_000);
            case "io.debezium.time.MicroTime" -> value -> Texts.timeOfMicros((Long) value);
            case "io.debezium.time.NanoTime" -> value -> Texts.timeOfMicros((Long) value / 1_000);
            case "org.apache.kafka.connect.data.Time" ->
                value -> Texts.timeOfMicros(((java.util.Date) value).getTime() * 1_000);
            case "io.debezium.time.IsoTime" -> value -> Texts.time((String) value);
            case "io.debezium.time.Timestamp" -> value -> Texts.timestampOfMicros((Long) value * 1_000);
            case "io.debezium.time.MicroTimestamp" -> value -> Texts.timestampOfMicros((Long) value);
            case "io.debezium.time.NanoTimestamp" ->
                value -> Texts.timestampOfMicros(Math.floorDiv((Long) value, 1_000));
            case "org.apache.kafka.connect.data.Timestamp" -> value -> Texts.timestamp(utc(value));
            case "io.debezium.time.IsoTimestamp" -> value -> Texts.timestamp((String) value);
            case "io.debezium.time.ZonedTimestamp" -> value -> Texts.zonedTimestamp((String) value);
            case "io.debezium.time.Interval", "io.debezium.time.MicroDuration" ->
                throw new NotAKeyException(
                        column, "it is an interval, and '1 day' and '24:00:00' are equal but written differently");
            default -> null;
        };
    }

    private static KeyColumn ofText(String type) {
        return switch (type) {
            case "NUMERIC", "DECIMAL", "NUMBER" -> value -> Texts.decimal((String) value);
            case "BPCHAR", "CHAR", "CHARACTER", "NCHAR" -> value -> Texts.withoutTrailingBlanks((String) value);
            case "CITEXT" -> value -> ((String) value).toLowerCase(Locale.ROOT);
            default -> value -> value;
        };
    }

    private static KeyColumn ofBytes(String type) {
        return switch (type) {
            case "", "BYTEA", "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB" ->
                value -> "\\x" + HexFormat.of().formatHex(bytes(value));
            // A type Debezium does not know travels as the bytes of its text.
            default -> value -> new String(bytes(value), java.nio.charset.StandardCharsets.UTF_8);
        };
    }

    private static String bits(byte[] littleEndian, @Nullable Map<String, String> parameters) {
        int length = Integer.parseInt(parameters == null ? "0" : parameters.getOrDefault("length", "0"));
        var text = new StringBuilder(length);
        for (int bit = length - 1; bit >= 0; bit--) {
            boolean set = bit / 8 < littleEndian.length && (littleEndian[bit / 8] >> bit % 8 & 1) == 1;
            text.append(set ? '1' : '0');
        }
        return text.toString();
    }

    private static byte[] bytes(Object value) {
        if (value instanceof byte[] array) {
            return array;
        }
        var bytes = new byte[((ByteBuffer) value).remaining()];
        ((ByteBuffer) value).duplicate().get(bytes);
        return bytes;
    }

    private static LocalDateTime utc(Object date) {
        return LocalDateTime.ofInstant(((java.util.Date) date).toInstant(), ZoneOffset.UTC);
    }

    /** Canonical texts: ISO 8601 without a fraction's trailing zeros, {@code BC} for years before 1, {@code infinity} as PostgreSQL writes it. */
    final class Texts {
        private static final DateTimeFormatter LENIENT_TIME = new DateTimeFormatterBuilder()
                .appendPattern("HH:mm:ss")
                .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                .toFormatter(Locale.ROOT);
        private static final long DAY_OF_MICROS = 86_400_000_000L;

        // Debezium writes infinite dates and timestamps as moments beyond what PostgreSQL can store.
        private static final int FIRST_YEAR = -4712;
        private static final int LAST_YEAR_OF_A_DATE = 5_874_897;
        private static final int LAST_YEAR_OF_A_TIMESTAMP = 294_276;

        private Texts() {}

        static Object decimal(String text) {
            return switch (text.toUpperCase(Locale.ROOT)) {
                case "NAN" -> "NaN";
                case "INFINITY", "POSITIVE_INFINITY" -> "Infinity";
                case "-INFINITY", "NEGATIVE_INFINITY" -> "-Infinity";
                default -> new BigDecimal(text);
            };
        }

        static String withoutTrailingBlanks(String text) {
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == ' ') {
                end--;
            }
            return text.substring(0, end);
        }

        static String date(String iso) {
            return isInfinite(iso) ? iso : parsed(iso, () -> date(LocalDate.parse(withoutZone(iso))));
        }

        static String date(LocalDate date) {
            if (date.getYear() > LAST_YEAR_OF_A_DATE) {
                return "infinity";
            }
            if (date.getYear() < FIRST_YEAR) {
                return "-infinity";
            }
            if (date.getYear() > 0) {
                return year(date.getYear()) + monthAndDay(date);
            }
            return year(1 - date.getYear()) + monthAndDay(date) + " BC";
        }

        static String time(String iso) {
            String time = withoutZone(iso);
            return time.startsWith("24:") ? "24:00:00" : parsed(iso, () -> time(LocalTime.parse(time, LENIENT_TIME)));
        }

        static String timeOfMicros(long micros) {
            return micros == DAY_OF_MICROS ? "24:00:00" : time(LocalTime.ofNanoOfDay(micros * 1_000));
        }

        static String timestamp(String iso) {
            return isInfinite(iso)
                    ? iso
                    : parsed(
                            iso,
                            () -> timestamp(LocalDateTime.parse(withoutZone(iso).replace(' ', 'T'))));
        }

        static String timestampOfMicros(long micros) {
            return timestamp(LocalDateTime.ofEpochSecond(
                    Math.floorDiv(micros, 1_000_000L),
                    (int) Math.floorMod(micros, 1_000_000L) * 1_000,
                    ZoneOffset.UTC));
        }

        static String timestamp(LocalDateTime timestamp) {
            return dateAndTime(timestamp, "");
        }

        static String zonedTimestamp(String iso) {
            return isInfinite(iso)
                    ? iso
                    : parsed(
                            iso,
                            () -> dateAndTime(
                                    LocalDateTime.ofInstant(
                                            OffsetDateTime.parse(iso.replace(' ', 'T'))
                                                    .toInstant(),
                                            ZoneOffset.UTC),
                                    "Z"));
        }

        private static String dateAndTime(LocalDateTime timestamp, String zone) {
            LocalDate date = timestamp.toLocalDate();
            if (date.getYear() > LAST_YEAR_OF_A_TIMESTAMP) {
                return "infinity";
            }
            if (date.getYear() < FIRST_YEAR) {
                return "-infinity";
            }
            String time = "T" + time(timestamp.toLocalTime()) + zone;
            return date.getYear() > 0 ? date(date) + time : year(1 - date.getYear()) + monthAndDay(date) + time + " BC";
        }

        private static String time(LocalTime time) {
            var text = new StringBuilder(15);
            two(text, time.getHour()).append(':');
            two(text, time.getMinute()).append(':');
            two(text, time.getSecond());
            if (time.getNano() != 0) {
                text.append('.').append(String.format(Locale.ROOT, "%09d", time.getNano()));
                while (text.charAt(text.length() - 1) == '0') {
                    text.setLength(text.length() - 1);
                }
            }
            return text.toString();
        }

        private static String monthAndDay(LocalDate date) {
            var text = new StringBuilder(6).append('-');
            two(text, date.getMonthValue()).append('-');
            return two(text, date.getDayOfMonth()).toString();
        }

        private static String year(int year) {
            return year > 999 ? Integer.toString(year) : String.format(Locale.ROOT, "%04d", year);
        }

        private static StringBuilder two(StringBuilder text, int number) {
            return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
        }

        private static boolean isInfinite(String text) {
            return text.equals("infinity") || text.equals("-infinity");
        }

        private static String withoutZone(String iso) {
            return iso.endsWith("Z") ? iso.substring(0, iso.length() - 1) : iso;
        }

        private static String parsed(String text, java.util.function.Supplier<String> parse) {
            try {
                return parse.get();
            } catch (DateTimeParseException e) {
                throw new org.apache.kafka.connect.errors.DataException(
                        "a key column holds a date or time that is not ISO 8601 (" + text.length()
                                + " characters, unreadable from character " + e.getErrorIndex() + ")");
            }
        }
    }
}
