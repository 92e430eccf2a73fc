package io.antiphon.topology;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.resolve.OpenConflict;
import io.antiphon.resolve.Row;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * A row as a person gave it, in JSON.
 *
 * @param row the row that stands with the given columns in it
 * @param columns those that were given
 */
record GivenRow(Row row, BitSet columns) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads it.
     *
     * @param standing the row that the other columns are taken from
     * @param open whose values are taken as they were shown, whatever their type
     * @throws NotARowException in one line, if it is no row of this layout
     */
    static GivenRow of(String text, Row standing, OpenConflict open, RowCodec rows) {
        JsonNode given = object(text);
        RowLayout layout = rows.layout();
        var shown = new ArrayList<Row>();
        shown.add(standing);
        for (OpenConflict.Side side : open.sides()) {
            Row row = side.wrote().row();
            if (row != null) {
                shown.add(row);
            }
        }
        @Nullable Object[] values = standing.values().clone();
        var columns = new BitSet(values.length);
        for (Iterator<Map.Entry<String, JsonNode>> each = given.fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> one = each.next();
            int column = column(one.getKey(), layout);
            if (columns.get(column)) {
                throw new NotARowException("column '" + one.getKey() + "' is given twice");
            }
            columns.set(column);
            values[column] = value(one.getKey(), one.getValue(), column, shown, layout);
        }
        return new GivenRow(Row.owning(values), columns);
    }

    private static JsonNode object(String text) {
        try {
            JsonNode given = JSON.readTree(text);
            if (given != null && given.isObject()) {
                return given;
            }
            throw new NotARowException("a row is a JSON object, as in {\"city\": \"Berlin\"}");
        } catch (JsonProcessingException e) {
            throw new NotARowException("the row is not JSON: " + e.getOriginalMessage());
        }
    }

    private static int column(String name, RowLayout layout) {
        int column = layout.positionOfTrueName(name);
        column = column < 0 ? layout.position(name) : column;
        if (column < 0) {
            throw new NotARowException(
                    "there is no column '" + name + "': the columns are " + String.join(", ", layout.names()));
        }
        return column;
    }

    private static @Nullable Object value(String name, JsonNode given, int column, List<Row> shown, RowLayout layout) {
        if (given.isNull()) {
            return null;
        }
        for (Row row : shown) {
            Object value = row.value(column);
            if (value != null && value != Row.ABSENT && given.equals(asShown(value))) {
                return value;
            }
        }
        Schema type = layout.type(column);
        Object value = read(given, type);
        if (value == null) {
            throw new NotARowException("column '" + name + "' takes " + wanted(type) + ", not " + given);
        }
        return value;
    }

    private static @Nullable JsonNode asShown(Object value) {
        try {
            return JSON.readTree(RowCodec.asJson(value));
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static @Nullable Object read(JsonNode given, Schema type) {
        return switch (type.getType()) {
            case INT -> given.canConvertToInt() && given.canConvertToExactIntegral() ? given.intValue() : null;
            case LONG -> given.canConvertToLong() && given.canConvertToExactIntegral() ? given.longValue() : null;
            case BOOLEAN -> given.isBoolean() ? given.booleanValue() : null;
            case DOUBLE -> given.isNumber() ? (Object) given.doubleValue() : null;
            case FLOAT -> given.isNumber() && isSingle(given) ? (Object) given.floatValue() : null;
            case STRING -> given.isTextual() ? new Utf8(given.textValue()) : null;
            default -> null;
        };
    }

    /** Whether it is the number that single precision makes of it. */
    private static boolean isSingle(JsonNode number) {
        float single = number.floatValue();
        return Float.isFinite(single) && new BigDecimal(Float.toString(single)).compareTo(number.decimalValue()) == 0;
    }

    private static String wanted(Schema type) {
        return switch (type.getType()) {
            case INT, LONG -> "a whole number";
            case BOOLEAN -> "true or false";
            case FLOAT, DOUBLE -> "a number";
            case STRING -> "a text";
            default -> "only a value that the conflict shows";
        };
    }

    /** What a person gave is no row of the table; the message says why. */
    static final class NotARowException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotARowException(String why) {
            super(why);
        }
    }
}
