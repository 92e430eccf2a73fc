package io.antiphon.apply;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.io.BinaryDecoder;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Reads one value of an Avro type into the object Connect has for it, the same that Confluent's converter makes; made once a schema. */
@FunctionalInterface
interface AvroValue {
    @Nullable
    Object read(BinaryDecoder in) throws IOException;

    /** @param connect Connect's schema for the same type */
    static AvroValue of(org.apache.avro.Schema written, Schema connect) {
        return switch (written.getType()) {
            case NULL -> in -> null;
            case BOOLEAN -> BinaryDecoder::readBoolean;
            case INT -> whole(connect);
            case LONG -> BinaryDecoder::readLong;
            case FLOAT -> BinaryDecoder::readFloat;
            case DOUBLE -> BinaryDecoder::readDouble;
            case STRING -> BinaryDecoder::readString;
            case BYTES -> bytes(connect);
            case UNION -> optional(written, connect);
            case ARRAY -> list(of(written.getElementType(), connect.valueSchema()));
            case MAP -> map(of(written.getValueType(), connect.valueSchema()));
            case RECORD -> struct(written, connect);
            case ENUM -> {
                List<String> symbols = written.getEnumSymbols();
                yield in -> symbols.get(in.readEnum());
            }
            case FIXED -> {
                int size = written.getFixedSize();
                yield in -> {
                    var bytes = new byte[size];
                    in.readFixed(bytes);
                    return bytes;
                };
            }
        };
    }

    private static AvroValue whole(Schema connect) {
        return switch (connect.type()) {
            case INT8 -> in -> (byte) in.readInt();
            case INT16 -> in -> (short) in.readInt();
            default -> BinaryDecoder::readInt;
        };
    }

    private static AvroValue bytes(Schema connect) {
        if (!Decimal.LOGICAL_NAME.equals(connect.name())) {
            return in -> in.readBytes(null);
        }
        int scale = Integer.parseInt(connect.parameters().get(Decimal.SCALE_FIELD));
        return in -> {
            var digits = new byte[in.readInt()];
            in.readFixed(digits);
            return new BigDecimal(new BigInteger(digits), scale);
        };
    }

    /** A type or null; Connect has no other union. */
    private static AvroValue optional(org.apache.avro.Schema written, Schema connect) {
        int absent = absent(written);
        AvroValue value = of(written.getTypes().get(1 - absent), connect);
        return in -> in.readIndex() == absent ? null : value.read(in);
    }

    /** Which branch of a type or null is the null. */
    static int absent(org.apache.avro.Schema written) {
        Integer absent = written.isUnion() && written.getTypes().size() == 2 ? written.getIndexNamed("null") : null;
        if (absent == null) {
            throw new DataException("a type or null was expected, not " + written);
        }
        return absent;
    }

    private static AvroValue list(AvroValue element) {
        return in -> {
            var list = new ArrayList<@Nullable Object>();
            for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
                for (long i = 0; i < left; i++) {
                    list.add(element.read(in));
                }
            }
            return list;
        };
    }

    private static AvroValue map(AvroValue element) {
        return in -> {
            Map<String, @Nullable Object> map = new HashMap<>();
            for (long left = in.readMapStart(); left > 0; left = in.mapNext()) {
                for (long i = 0; i < left; i++) {
                    map.put(in.readString(), element.read(in));
                }
            }
            return map;
        };
    }

    private static AvroValue struct(org.apache.avro.Schema written, Schema connect) {
        AvroValue[] values = fields(written, connect);
        List<Field> fields = connect.fields();
        return in -> {
            var struct = new Struct(connect);
            for (int i = 0; i < values.length; i++) {
                struct.put(fields.get(i), values[i].read(in));
            }
            return struct;
        };
    }

    private static AvroValue[] fields(org.apache.avro.Schema written, Schema connect) {
        var values = new AvroValue[written.getFields().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = of(
                    written.getFields().get(i).schema(), connect.fields().get(i).schema());
        }
        return values;
    }

    /** A {@link Row}, or null. */
    static AvroValue row(org.apache.avro.Schema written, Schema columns) {
        int absent = absent(written);
        AvroValue[] values = fields(written.getTypes().get(1 - absent), columns);
        return in -> in.readIndex() == absent ? null : new Row(columns, read(values, in));
    }

    private static @Nullable Object[] read(AvroValue[] values, BinaryDecoder in) throws IOException {
        @Nullable Object[] read = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            read[i] = values[i].read(in);
        }
        return read;
    }
}
