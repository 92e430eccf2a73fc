package io.antiphon.topology;

import io.antiphon.resolve.Row;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Rows of one layout as the Avro of their resolved records, in the store and in the topic alike. */
final class RowCodec {
    /** Three rows stand in a conflict, and its record must fit the topic. */
    private static final int LONGEST_SHOWN = 4 << 20;

    private static final int NULL = 0;
    private static final int VALUE = 1;

    private final RowLayout layout;
    private final Schema.Type[] types;
    private final Values[] writers;

    RowCodec(RowLayout layout) {
        this.layout = layout;
        this.types = new Schema.Type[layout.size()];
        this.writers = new Values[layout.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = layout.type(i).getType();
            writers[i] = new Values(layout.type(i));
        }
    }

    RowLayout layout() {
        return layout;
    }

    /** Writes a row; a value that is absent is written as null. */
    void write(Row row, Encoder out) throws IOException {
        for (int i = 0; i < types.length; i++) {
            Object value = row.value(i);
            if (value == null || value == Row.ABSENT) {
                out.writeIndex(NULL);
                continue;
            }
            out.writeIndex(VALUE);
            switch (types[i]) {
                case INT -> out.writeInt((Integer) value);
                case LONG -> out.writeLong((Long) value);
                case BOOLEAN -> out.writeBoolean((Boolean) value);
                case FLOAT -> out.writeFloat((Float) value);
                case DOUBLE -> out.writeDouble((Double) value);
                case STRING -> writeText(value, out);
                case BYTES -> out.writeBytes((ByteBuffer) value);
                default -> writers[i].write(value, out);
            }
        }
    }

    /** Reads a row of this layout. */
    Row read(Decoder in) throws IOException {
        @Nullable Object[] values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            if (in.readIndex() == NULL) {
                in.readNull();
                continue;
            }
            values[i] = switch (types[i]) {
                case INT -> in.readInt();
                case LONG -> in.readLong();
                case BOOLEAN -> in.readBoolean();
                case FLOAT -> in.readFloat();
                case DOUBLE -> in.readDouble();
                case STRING -> in.readString(null);
                case BYTES -> in.readBytes(null);
                default -> writers[i].read(in);
            };
        }
        return Row.owning(values);
    }

    /** A row of this layout in another that has all its columns. */
    Row in(RowLayout other, Row row) {
        if (other == layout) {
            return row;
        }
        @Nullable Object[] values = new Object[other.size()];
        for (int i = 0; i < values.length; i++) {
            int mine = layout.position(other.names().get(i));
            values[i] = mine < 0 ? Row.ABSENT : widened(row.value(mine), other.type(i));
        }
        return Row.owning(values);
    }

    /** A value of this layout as one of a column that may have become wider. */
    static @Nullable Object widened(@Nullable Object value, Schema type) {
        if (value instanceof Integer narrow && type.getType() == Schema.Type.LONG) {
            return narrow.longValue();
        }
        return value instanceof Float narrow && type.getType() == Schema.Type.DOUBLE
                ? (Object) narrow.doubleValue()
                : value;
    }

    /** A row as a person reads it. */
    String asJson(Row row) {
        var json = new StringBuilder(64).append('{');
        for (int i = 0; i < row.size(); i++) {
            Object value = row.value(i);
            if (i > 0) {
                json.append(", ");
            }
            json.append('"').append(layout.names().get(i)).append("\": ");
            json.append(value == Row.ABSENT ? "null" : asJson(value));
        }
        return json.append('}').toString();
    }

    /** A value as a person reads it. */
    static String asJson(@Nullable Object value) {
        String json = GenericData.get().toString(value);
        return json.length() <= LONGEST_SHOWN ? json : "\"(" + json.length() + " characters, too many to show)\"";
    }

    private static void writeText(Object value, Encoder out) throws IOException {
        if (value instanceof Utf8 text) {
            out.writeString(text);
        } else {
            out.writeString(value.toString());
        }
    }

    /** Values of the types that are not simple. */
    private static final class Values {
        private final GenericDatumWriter<Object> writer;
        private final GenericDatumReader<Object> reader;

        Values(Schema schema) {
            this.writer = new GenericDatumWriter<>(schema);
            this.reader = new GenericDatumReader<>(schema);
        }

        void write(Object value, Encoder out) throws IOException {
            writer.write(value, out);
        }

        Object read(Decoder in) throws IOException {
            return reader.read(null, in);
        }
    }
}
