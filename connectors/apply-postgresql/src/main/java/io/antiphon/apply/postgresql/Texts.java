package io.antiphon.apply.postgresql;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/**
 * Captured values as the text PostgreSQL reads them from, exactly or not at all.
 *
 * <p>What PostgreSQL itself would cut or round without a word on the way into the column is refused here.
 */
final class Texts {
    /** What Debezium puts where PostgreSQL did not log an unchanged TOAST value. */
    static final String PLACEHOLDER = "__debezium_unavailable_value";

    private static final byte[] PLACEHOLDER_BYTES = PLACEHOLDER.getBytes(StandardCharsets.UTF_8);

    private Texts() {}

    /** One way of writing values as text. */
    @FunctionalInterface
    interface Text {
        String of(Object value) throws UncarriableException;
    }

    /** How values of {@code schema} are written for {@code column}. */
    static Text of(Column column, Schema schema) {
        Text text = column.elementOid() == 0
                ? scalar(schema, column.typeOid(), column.modifier())
                : schema.type() == Schema.Type.ARRAY
                        ? array(schema, column.elementOid(), column.modifier())
                        : arrayText(schema, column.elementOid(), column.modifier());
        return value -> {
            try {
                return text.of(value);
            } catch (UncarriableException e) {
                throw new UncarriableException("column " + column.name() + ": " + e.getMessage());
            }
        };
    }

    static void refusePlaceholder(byte[] bytes) throws UncarriableException {
        if (bytes.length == PLACEHOLDER_BYTES.length && Arrays.equals(bytes, PLACEHOLDER_BYTES)) {
            throw placeholder();
        }
    }

    private static Text scalar(Schema schema, long type, int modifier) {
        Text known = logical(schema, type, modifier);
        if (known != null) {
            return known;
        }
        return switch (schema.type()) {
            case STRING ->
                type == Oid.NUMERIC
                        ? checked(Texts::number, type, modifier)
                        : checked(Texts::unlessPlaceholder, type, modifier);
            case INT8, INT16, INT32, INT64 -> checked(Object::toString, type, modifier);
            case FLOAT32 -> type == Oid.FLOAT4 ? Object::toString : checked(Object::toString, type, modifier);
            case FLOAT64 -> type == Oid.FLOAT4 ? Texts::asFloat4 : checked(Object::toString, type, modifier);
            case BOOLEAN -> type == Oid.BIT ? value -> (Boolean) value ? "1" : "0" : notVarbit(type, Object::toString);
            case BYTES -> type == Oid.BYTEA ? Texts::hex : Texts::unknownType;
            case ARRAY, MAP, STRUCT ->
                value -> {
                    throw new UncarriableException("no way to write a "
                            + (schema.name() == null ? schema.type() : schema.name()) + " into this type");
                };
        };
    }

    private static @Nullable Text logical(Schema schema, long type, int modifier) {
        String name = schema.name();
        if (name == null) {
            return null;
        }
        return switch (name) {
            case "io.debezium.time.IsoDate" -> value -> Times.withEra(Times.withoutZone(unlessPlaceholder(value)));
            case "io.debezium.time.IsoTime" ->
                checked(value -> Times.withoutZone(unlessPlaceholder(value)), type, modifier);
            case "io.debezium.time.IsoTimestamp" ->
                checked(value -> Times.withEra(Times.withoutZone(unlessPlaceholder(value))), type, modifier);
            case "io.debezium.time.ZonedTimestamp" ->
                checked(value -> Times.withEra(unlessPlaceholder(value)), type, modifier);
            case "io.debezium.data.Bits" -> bits(type, modifier);
            case "io.debezium.data.geometry.Point" -> Texts::point;
            case Decimal.LOGICAL_NAME -> checked(value -> ((BigDecimal) value).toPlainString(), type, modifier);
            default ->
                switch (schema.type()) {
                    case INT8, INT16, INT32, INT64 ->
                        value -> {
                            throw new UncarriableException(
                                    "a number that means a " + name + " is not a captured form of this type");
                        };
                    default -> null;
                };
        };
    }

    /** Debezium's own words for the numbers that are none. */
    private static String number(Object value) throws UncarriableException {
        String text = unlessPlaceholder(value);
        return switch (text) {
            case "POSITIVE_INFINITY" -> "Infinity";
            case "NEGATIVE_INFINITY" -> "-Infinity";
            default -> text;
        };
    }

    private static String unlessPlaceholder(Object value) throws UncarriableException {
        String text = (String) value;
        if (text.length() == PLACEHOLDER.length() && text.equals(PLACEHOLDER)) {
            throw placeholder();
        }
        return text;
    }

    /** What an assignment to the column would cut or round is refused. */
    private static Text checked(Text text, long type, int modifier) {
        if (modifier < 0) {
            return notVarbit(type, text);
        }
        return switch ((int) type) {
            case Oid.NUMERIC -> digits(text, (((modifier - 4) & 0x7FF) ^ 1024) - 1024);
            case Oid.TIME, Oid.TIMETZ, Oid.TIMESTAMP, Oid.TIMESTAMPTZ -> digits(text, modifier);
            case Oid.INTERVAL -> (modifier & 0xFFFF) > 6 ? text : digits(text, modifier & 0xFFFF);
            case Oid.VARCHAR -> characters(text, modifier - 4);
            default -> text;
        };
    }

    /** At most {@code places} digits after each point, zeros aside. */
    private static Text digits(Text text, int places) {
        return value -> {
            String written = text.of(value);
            if (places < 0) {
                return wholeDigits(written, places);
            }
            for (int point = written.indexOf('.'); point >= 0; point = written.indexOf('.', point + 1)) {
                for (int i = point + 1; i < written.length() && Character.isDigit(written.charAt(i)); i++) {
                    if (i - point > places && written.charAt(i) != '0') {
                        throw new UncarriableException(
                                "more than " + places + " digits after the point would be rounded away");
                    }
                }
            }
            return written;
        };
    }

    private static String wholeDigits(String written, int places) throws UncarriableException {
        try {
            if (new BigDecimal(written).stripTrailingZeros().scale() > places) {
                throw new UncarriableException("digits beyond place " + places + " would be rounded away");
            }
        } catch (NumberFormatException e) {
            // NaN, Infinity: nothing to round
        }
        return written;
    }

    private static Text characters(Text text, int most) {
        return value -> {
            String written = text.of(value);
            if (written.length() > most && written.codePointCount(0, written.length()) > most) {
                throw new UncarriableException("a text longer than " + most + " characters would be cut");
            }
            return written;
        };
    }

    private static Text notVarbit(long type, Text text) {
        return type != Oid.VARBIT
                ? text
                : value -> {
                    if (value instanceof String) {
                        return text.of(value);
                    }
                    throw varbit();
                };
    }

    /** Little-endian bytes without the zeros at the end. */
    private static Text bits(long type, int length) {
        if (type != Oid.BIT) {
            return value -> {
                throw varbit();
            };
        }
        return value -> {
            byte[] bytes = Carrier.toBytes(value);
            refusePlaceholder(bytes);
            char[] digits = new char[length];
            Arrays.fill(digits, '0');
            for (int i = 0; i < bytes.length * 8; i++) {
                if ((bytes[i / 8] >> (i % 8) & 1) != 0) {
                    if (i >= length) {
                        throw new UncarriableException("more than " + length + " bits would be cut");
                    }
                    digits[length - 1 - i] = '1';
                }
            }
            return new String(digits);
        };
    }

    private static Text array(Schema schema, long elementType, int modifier) {
        Schema element = schema.valueSchema();
        Text text = element.type() == Schema.Type.ARRAY ? null : scalar(element, elementType, modifier);
        return value -> {
            List<?> list = (List<?>) value;
            refusePlaceholder(list);
            var out = new StringBuilder(16 * list.size() + 2).append('{');
            for (int i = 0; i < list.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                Object one = list.get(i);
                if (one == null) {
                    out.append("NULL");
                } else if (text == null) {
                    out.append(array(element, elementType, modifier).of(one));
                } else {
                    quote(out, text.of(one));
                }
            }
            return out.append('}').toString();
        };
    }

    /** A whole array as PostgreSQL writes it. */
    private static Text arrayText(Schema schema, long elementType, int modifier) {
        return switch ((int) elementType) {
            case Oid.NUMERIC, Oid.TIME, Oid.TIMETZ, Oid.TIMESTAMP, Oid.TIMESTAMPTZ, Oid.INTERVAL ->
                checked(Texts::unlessPlaceholder, elementType, modifier);
            default -> scalar(schema, 0, -1);
        };
    }

    /** An array of one placeholder; for numbers, of the placeholder's bytes. */
    private static void refusePlaceholder(List<?> list) throws UncarriableException {
        if (list.size() == PLACEHOLDER_BYTES.length && list.get(0) instanceof Number) {
            for (int i = 0; i < PLACEHOLDER_BYTES.length; i++) {
                if (!(list.get(i) instanceof Number number) || number.longValue() != PLACEHOLDER_BYTES[i]) {
                    return;
                }
            }
            throw placeholder();
        }
    }

    private static void quote(StringBuilder out, String element) {
        out.append('"');
        for (int i = 0; i < element.length(); i++) {
            char c = element.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('"');
    }

    private static String asFloat4(Object value) throws UncarriableException {
        double number = (Double) value;
        if ((float) number != number && !Double.isNaN(number)) {
            throw new UncarriableException("a number of double precision would be rounded to single");
        }
        return Float.toString((float) number);
    }

    private static String hex(Object value) throws UncarriableException {
        byte[] bytes = Carrier.toBytes(value);
        refusePlaceholder(bytes);
        var out = new StringBuilder(bytes.length * 2 + 2).append("\\x");
        for (byte one : bytes) {
            out.append(Character.forDigit(one >> 4 & 15, 16)).append(Character.forDigit(one & 15, 16));
        }
        return out.toString();
    }

    /** Types Debezium does not know come as the bytes of their text. */
    private static String unknownType(Object value) throws UncarriableException {
        byte[] bytes = Carrier.toBytes(value);
        refusePlaceholder(bytes);
        return Carrier.utf8(bytes);
    }

    private static String point(Object value) throws UncarriableException {
        Struct point = (Struct) value;
        return "(" + point.get("x") + "," + point.get("y") + ")";
    }

    private static UncarriableException placeholder() {
        return new UncarriableException("the placeholder of an unchanged TOAST value is not a value");
    }

    private static UncarriableException varbit() {
        return new UncarriableException("a bit varying is captured without its length");
    }
}
