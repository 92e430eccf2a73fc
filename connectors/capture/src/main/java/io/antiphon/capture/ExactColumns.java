package io.antiphon.capture;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.math.BigDecimal;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;
import org.postgresql.util.PGobject;

/**
 * Carries PostgreSQL values exactly where Debezium's own form would lose something.
 *
 * <ul>
 *   <li>Arrays, {@code varbit} and the geometric types become a string named {@value #TEXT} that holds PostgreSQL's own text: Debezium flattens
 *       arrays of more than one dimension to nulls, cuts times in arrays to milliseconds, leaves out arrays of intervals, and forgets the
 *       length of a {@code varbit}.
 *   <li>{@code date}, {@code timestamp}, {@code time} and {@code timetz} keep Debezium's ISO strings, with {@code infinity}, {@code 24:00:00} and
 *       the zone kept.
 *   <li>{@code interval} keeps Debezium's ISO string, with {@code infinity}, which Debezium and the driver read as zero, and more hours than
 *       they can count. So that they do not read it, {@link DecodedTypes} and the driver hand its text over.
 * </ul>
 *
 * <p>A domain is carried as the type below it. It is loaded by Debezium, so it needs to be in the same plug-in folder, and uses nothing of ours.
 */
public final class ExactColumns implements CustomConverter<SchemaBuilder, RelationalColumn> {
    /** Name of the schema of a value that is PostgreSQL's own text for it. */
    public static final String TEXT = "io.antiphon.postgresql.Text";

    private static final Set<Integer> WITHOUT_ANOTHER_FORM =
            Set.of(Oid.VARBIT, Oid.BOX, Oid.CIRCLE, Oid.LINE, Oid.LSEG, Oid.PATH, Oid.POLYGON);
    private static final String UNAVAILABLE = "__debezium_unavailable_value";
    private static final String INFINITY = "infinity";

    // A column's default is handed over in Debezium's own form already.
    private static final String ZULU = "Z";

    // Debezium and the driver write infinity as moments beyond what PostgreSQL can store.
    private static final int LAST_YEAR_OF_A_DATE = 5_874_897;
    private static final int LAST_YEAR_OF_A_TIMESTAMP = 294_276;
    private static final int FIRST_YEAR = -4712;
    private static final LocalDate INFINITE_DATE_OF_DEBEZIUM = LocalDate.of(-5_877_611, 6, 21);
    private static final long INFINITE_DATE_OF_THE_DRIVER = 9_223_372_036_825_200_000L;
    private static final long MINUS_INFINITE_DATE_OF_THE_DRIVER = -9_223_372_036_832_400_000L;

    /** Made by Debezium. */
    public ExactColumns() {}

    @Override
    public void configure(Properties properties) {
        // There is nothing to choose.
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        int type = column.nativeType();
        if (column.jdbcType() == Types.ARRAY
                || column.typeName().startsWith("_")
                || WITHOUT_ANOTHER_FORM.contains(type)) {
            register(registration, TEXT, String::valueOf);
            return;
        }
        switch (type) {
            case Oid.DATE -> register(registration, "io.debezium.time.IsoDate", ExactColumns::date);
            case Oid.TIMESTAMP -> register(registration, "io.debezium.time.IsoTimestamp", ExactColumns::timestamp);
            case Oid.TIME -> register(registration, "io.debezium.time.IsoTime", ExactColumns::time);
            case Oid.TIMETZ ->
                register(registration, "io.debezium.time.ZonedTime", value -> withMinutes(String.valueOf(value)));
            case Oid.INTERVAL -> register(registration, "io.debezium.time.Interval", ExactColumns::interval);
            default -> {
                // Debezium's own form is exact.
            }
        }
    }

    private static void register(
            ConverterRegistration<SchemaBuilder> registration,
            String schema,
            java.util.function.Function<Object, String> text) {
        registration.register(
                SchemaBuilder.string().name(schema),
                value -> value == null ? null : isUnavailable(value) ? UNAVAILABLE : text.apply(value));
    }

    /** Debezium stands a plain object or a collection of its own in for a value the log does not hold. */
    private static boolean isUnavailable(Object value) {
        return value.getClass() == Object.class
                || value instanceof java.util.Collection
                || value instanceof java.util.Map
                || UNAVAILABLE.equals(value);
    }

    static String date(Object value) {
        if (value instanceof java.sql.Date date) {
            if (date.getTime() == INFINITE_DATE_OF_THE_DRIVER) {
                return INFINITY;
            }
            return date.getTime() == MINUS_INFINITE_DATE_OF_THE_DRIVER ? "-" + INFINITY : date(withEra(date));
        }
        if (value instanceof String converted) {
            return converted;
        }
        if (!(value instanceof LocalDate date)) {
            throw unknown("date", value);
        }
        if (date.getYear() > LAST_YEAR_OF_A_DATE || date.equals(INFINITE_DATE_OF_DEBEZIUM)) {
            return INFINITY;
        }
        return date.getYear() < FIRST_YEAR - 1 ? "-" + INFINITY : date + ZULU;
    }

    /** The date with its era, which {@link java.sql.Date#toLocalDate()} forgets. */
    private static LocalDate withEra(java.sql.Date date) {
        var calendar = new GregorianCalendar();
        calendar.setTime(date);
        LocalDate anno = date.toLocalDate();
        return calendar.get(Calendar.ERA) == GregorianCalendar.BC ? anno.withYear(1 - anno.getYear()) : anno;
    }

    static String time(Object value) {
        String text = String.valueOf(value);
        return text.endsWith(ZULU) ? text : text + ZULU;
    }

    static String timestamp(Object value) {
        if (value instanceof Instant instant) {
            LocalDateTime timestamp = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
            if (timestamp.getYear() > LAST_YEAR_OF_A_TIMESTAMP) {
                return INFINITY;
            }
            return timestamp.getYear() < FIRST_YEAR - 1 ? "-" + INFINITY : iso(timestamp);
        }
        if (!(value instanceof String text)) {
            throw unknown("timestamp", value);
        }
        return text.endsWith(INFINITY) || text.endsWith(ZULU) ? text : iso(parsed(text));
    }

    private static String iso(LocalDateTime timestamp) {
        return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(timestamp) + ZULU;
    }

    /** Reads a timestamp as PostgreSQL writes it, as in {@code 0044-03-15 12:00:00.5 BC}. */
    private static LocalDateTime parsed(String text) {
        boolean beforeChrist = text.endsWith(" BC");
        String era = beforeChrist ? text.substring(0, text.length() - 3) : text;
        int dash = era.indexOf('-');
        String year = era.substring(0, dash);
        LocalDateTime inSomeYear =
                LocalDateTime.parse("2000" + era.substring(dash).replace(' ', 'T'));
        int number = Integer.parseInt(year);
        return inSomeYear.withYear(beforeChrist ? 1 - number : number);
    }

    /** {@code +02} as {@code +02:00}. */
    static String withMinutes(String time) {
        int zone = Math.max(time.lastIndexOf('+'), time.lastIndexOf('-'));
        return !time.endsWith(ZULU) && zone > 0 && time.indexOf(':', zone) < 0 ? time + ":00" : time;
    }

    /** As ISO 8601 writes what PostgreSQL does, as in {@code 1 year -2 mons 3 days -04:05:06.7}. */
    static String interval(Object value) {
        String text =
                value instanceof PGobject read ? read.getValue() : value instanceof String decoded ? decoded : null;
        if (text == null) {
            throw unknown("interval", value);
        }
        return text.endsWith(INFINITY) || text.startsWith("P") ? text : iso(text);
    }

    private static String iso(String interval) {
        String years = "0";
        String months = "0";
        String days = "0";
        String clock = "0H0M0S";
        String[] words = interval.split(" ");
        for (int i = 0; i < words.length; i += 2) {
            if (words[i].indexOf(':') > 0) {
                clock = clock(words[i]);
                continue;
            }
            String number = words[i].startsWith("+") ? words[i].substring(1) : words[i];
            switch (i + 1 < words.length ? words[i + 1] : "") {
                case "year", "years" -> years = number;
                case "mon", "mons" -> months = number;
                case "day", "days" -> days = number;
                default ->
                    throw new IllegalArgumentException("'" + interval + "' is not how PostgreSQL writes an interval");
            }
        }
        return "P" + years + "Y" + months + "M" + days + "DT" + clock;
    }

    /** {@code -04:05:06.7} as {@code -4H-5M-6.7S}. */
    private static String clock(String text) {
        String sign = text.startsWith("-") ? "-" : "";
        String[] parts = text.substring(text.startsWith("-") || text.startsWith("+") ? 1 : 0)
                .split(":");
        return signed(sign, parts[0]) + "H" + signed(sign, parts[1]) + "M" + signed(sign, parts[2]) + "S";
    }

    private static String signed(String sign, String digits) {
        BigDecimal number = new BigDecimal(digits);
        return number.signum() == 0 ? "0" : sign + number.stripTrailingZeros().toPlainString();
    }

    private static IllegalArgumentException unknown(String type, @Nullable Object value) {
        return new IllegalArgumentException("Debezium hands a " + type + " over as "
                + (value == null ? "null" : value.getClass().getName()) + ", which is not known here");
    }
}
