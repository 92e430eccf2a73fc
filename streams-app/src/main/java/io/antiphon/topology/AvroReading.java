package io.antiphon.topology;

import java.io.IOException;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.jspecify.annotations.Nullable;

/**
 * How a value is read as it was written: without a schema of the reader's own to compare with for every record, and without making what is
 * not wanted. Values are those of Avro's generic reader, but for records, which are arrays in the order of their fields.
 */
interface AvroReading {
    @Nullable
    Object read(BinaryDecoder in) throws IOException;

    /** Reads values of this schema. */
    static AvroReading of(Schema schema) {
        return switch (schema.getType()) {
            case UNION -> ofBranches(schema, AvroReading::of);
            case NULL -> in -> null;
            case BOOLEAN -> BinaryDecoder::readBoolean;
            case INT -> BinaryDecoder::readInt;
            case LONG -> BinaryDecoder::readLong;
            case FLOAT -> BinaryDecoder::readFloat;
            case DOUBLE -> BinaryDecoder::readDouble;
            case STRING -> in -> in.readString(null);
            case BYTES -> in -> in.readBytes(null);
            default -> {
                var reader = new GenericDatumReader<>(schema);
                yield in -> reader.read(null, in);
            }
        };
    }

    /** Reads a record field by field. */
    static AvroReading ofFields(Schema record, Function<Schema.Field, AvroReading> reading) {
        AvroReading[] fields = record.getFields().stream().map(reading).toArray(AvroReading[]::new);
        return in -> {
            @Nullable Object[] values = new Object[fields.length];
            for (int i = 0; i < fields.length; i++) {
                values[i] = fields[i].read(in);
            }
            return values;
        };
    }

    /** Reads what may be null: {@code reading} is for what is not. */
    static AvroReading ofBranches(Schema schema, Function<Schema, AvroReading> reading) {
        if (!schema.isUnion()) {
            return reading.apply(schema);
        }
        AvroReading[] branches = schema.getTypes().stream()
                .map(branch -> branch.getType() == Schema.Type.NULL ? of(branch) : reading.apply(branch))
                .toArray(AvroReading[]::new);
        return in -> branches[in.readIndex()].read(in);
    }

    /** Reads over values of this schema. */
    static AvroReading skipping(Schema schema) {
        return switch (schema.getType()) {
            case UNION -> ofBranches(schema, AvroReading::skipping);
            case STRING ->
                in -> {
                    in.skipString();
                    return null;
                };
            case INT, LONG ->
                in -> {
                    in.readLong();
                    return null;
                };
            default ->
                in -> {
                    GenericDatumReader.skip(schema, in);
                    return null;
                };
        };
    }
}
