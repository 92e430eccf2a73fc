package io.antiphon.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.io.BinaryEncoder;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Writes the values of one of Connect's schemas as Avro; made once a schema, used for every record. */
@FunctionalInterface
interface AvroWriting {
    /** Connect's own names for numbers and bytes that are written as something else. */
    Set<String> OTHERWISE = Set.of(Decimal.LOGICAL_NAME, Date.LOGICAL_NAME, Time.LOGICAL_NAME, Timestamp.LOGICAL_NAME);

    /** @throws RuntimeException if the value is not one of the schema */
    void write(@Nullable Object value, BinaryEncoder out) throws IOException;

    /** How values of {@code schema} are written as {@code avro}; empty if that is not known here. */
    static Optional<AvroWriting> of(Schema schema, org.apache.avro.Schema avro) {
        if (!schema.isOptional()) {
            return ofValue(schema, avro);
        }
        Integer absent = avro.isUnion() && avro.getTypes().size() == 2 ? avro.getIndexNamed("null") : null;
        if (absent == null) {
            return Optional.empty();
        }
        int none = absent;
        int present = 1 - none;
        return ofValue(schema, avro.getTypes().get(present)).map(writing -> (value, out) -> {
            if (value == null) {
                out.writeIndex(none);
            } else {
                out.writeIndex(present);
                writing.write(value, out);
            }
        });
    }

    private static Optional<AvroWriting> ofValue(Schema schema, org.apache.avro.Schema avro) {
        if (schema.name() != null && OTHERWISE.contains(schema.name())) {
            return Optional.empty();
        }
        return switch (schema.type()) {
            case INT8, INT16, INT32 ->
                only(
                        avro,
                        org.apache.avro.Schema.Type.INT,
                        (value, out) -> out.writeInt(((Number) there(value)).intValue()));
            case INT64 ->
                only(avro, org.apache.avro.Schema.Type.LONG, (value, out) -> out.writeLong((Long) there(value)));
            case FLOAT32 ->
                only(avro, org.apache.avro.Schema.Type.FLOAT, (value, out) -> out.writeFloat((Float) there(value)));
            case FLOAT64 ->
                only(avro, org.apache.avro.Schema.Type.DOUBLE, (value, out) -> out.writeDouble((Double) there(value)));
            case BOOLEAN ->
                only(
                        avro,
                        org.apache.avro.Schema.Type.BOOLEAN,
                        (value, out) -> out.writeBoolean((Boolean) there(value)));
            case STRING ->
                only(avro, org.apache.avro.Schema.Type.STRING, (value, out) -> out.writeString((String) there(value)));
            case BYTES ->
                only(avro, org.apache.avro.Schema.Type.BYTES, (value, out) -> {
                    if (value instanceof ByteBuffer buffer) {
                        out.writeBytes(buffer);
                    } else {
                        out.writeBytes((byte[]) there(value));
                    }
                });
            case ARRAY ->
                avro.getType() == org.apache.avro.Schema.Type.ARRAY
                        ? of(schema.valueSchema(), avro.getElementType()).map(AvroWriting::list)
                        : Optional.empty();
            case STRUCT -> struct(schema, avro);
            case MAP -> Optional.empty();
        };
    }

    private static Optional<AvroWriting> only(
            org.apache.avro.Schema avro, org.apache.avro.Schema.Type type, AvroWriting writing) {
        return avro.getType() == type ? Optional.of(writing) : Optional.empty();
    }

    private static AvroWriting list(AvroWriting element) {
        return (value, out) -> {
            List<?> list = (List<?>) there(value);
            out.writeArrayStart();
            out.setItemCount(list.size());
            for (Object one : list) {
                out.startItem();
                element.write(one, out);
            }
            out.writeArrayEnd();
        };
    }

    private static Optional<AvroWriting> struct(Schema schema, org.apache.avro.Schema avro) {
        if (avro.getType() != org.apache.avro.Schema.Type.RECORD
                || avro.getFields().size() != schema.fields().size()) {
            return Optional.empty();
        }
        var writings = new ArrayList<AvroWriting>();
        for (Field field : schema.fields()) {
            org.apache.avro.Schema.Field same = avro.getFields().get(field.index());
            Optional<AvroWriting> writing =
                    same.name().equals(field.name()) ? of(field.schema(), same.schema()) : Optional.empty();
            if (writing.isEmpty()) {
                return Optional.empty();
            }
            writings.add(writing.get());
        }
        return Optional.of(new OfStruct(schema, writings.toArray(AvroWriting[]::new)));
    }

    /** A struct, field by field. Not for several threads. */
    final class OfStruct implements AvroWriting {
        private final AvroWriting[] writings;
        private final Field[] fields;
        private Schema schema;

        private OfStruct(Schema schema, AvroWriting[] writings) {
            this.schema = schema;
            this.fields = schema.fields().toArray(Field[]::new);
            this.writings = writings;
        }

        @Override
        public void write(@Nullable Object value, BinaryEncoder out) throws IOException {
            Struct struct = (Struct) there(value);
            if (struct.schema() != schema) {
                if (!struct.schema().equals(schema)) {
                    throw new DataException("a struct of another schema");
                }
                // to compare schemas costs as much as to write the struct, and the next one has the same
                schema = struct.schema();
            }
            for (int i = 0; i < fields.length; i++) {
                writings[i].write(value(struct, fields[i]), out);
            }
        }

        /** A null is a null, not the column's default. */
        private static @Nullable Object value(Struct struct, Field field) {
            return field.schema().defaultValue() == null ? struct.get(field) : struct.getWithoutDefault(field.name());
        }
    }

    private static Object there(@Nullable Object value) {
        if (value == null) {
            throw new DataException("nothing where there must be something");
        }
        return value;
    }
}
