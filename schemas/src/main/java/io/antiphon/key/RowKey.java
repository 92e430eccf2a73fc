package io.antiphon.key;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The identity of a row in its one canonical form: a JSON array of the key columns' values in key order, as in {@code [42]} or
 * {@code ["berlin",7]}.
 *
 * <p>The same row gives the same bytes at every site and from every database vendor: whole numbers of any width are JSON numbers without
 * leading zeros, exact decimals are JSON strings without trailing zeros or exponent, booleans are JSON booleans, everything else is the
 * JSON string of its text. There is no white space and nothing is escaped that JSON does not ask for.
 */
public record RowKey(String text) implements Comparable<RowKey> {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * The key of these values, in key order.
     *
     * @param values whole numbers, {@link BigDecimal}, {@link Boolean} or {@link String}
     * @throws IllegalArgumentException if there is none, or one is null or of another type
     */
    public static RowKey of(List<?> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a row key has at least one column");
        }
        var out = new StringWriter(32);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            for (Object value : values) {
                write(json, value);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RowKey(out.toString());
    }

    /** The key in a record key's bytes. */
    public static RowKey fromBytes(byte[] bytes) {
        return new RowKey(new String(bytes, StandardCharsets.UTF_8));
    }

    /** The record key's bytes. */
    public byte[] toBytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The values as texts, in key order, as a database reads them.
     *
     * @throws IllegalArgumentException if the text is not a canonical key
     */
    public List<String> values() {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException("'" + text + "' is not a row key: it is not a JSON array");
            }
            var values = new ArrayList<String>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                values.add(json.getText());
            }
            return List.copyOf(values);
        } catch (IOException e) {
            throw new IllegalArgumentException("'" + text + "' is not a row key: " + e.getMessage(), e);
        }
    }

    @Override
    public int compareTo(RowKey other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof BigInteger whole) {
            json.writeNumber(whole);
        } else if (value instanceof BigDecimal exact) {
            json.writeString(
                    exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toPlainString());
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof String string) {
            json.writeString(string);
        } else {
            throw new IllegalArgumentException("a row key cannot hold "
                    + (value == null ? "null" : "a " + value.getClass().getName()));
        }
    }
}
