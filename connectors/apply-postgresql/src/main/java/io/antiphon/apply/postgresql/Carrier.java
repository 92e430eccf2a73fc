package io.antiphon.apply.postgresql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import org.apache.kafka.connect.data.Schema;
import org.postgresql.core.Oid;

/**
 * How the values of one captured column travel to one column of the table.
 *
 * <p>Types that PostgreSQL's driver sends in binary go as they are; everything else goes as text and is cast by the database to the
 * column's own type, which knows best how it is written.
 *
 * @param arrayType element type of the array they are sent in
 * @param cells makes such an array
 * @param isCast whether the statement casts to the column's type
 */
record Carrier(String arrayType, IntFunction<Object[]> cells, boolean isCast, Form form) {
    /** What a value is sent as. */
    @FunctionalInterface
    interface Form {
        Object of(Object value) throws UncarriableException;
    }

    private static final Form AS_IT_IS = value -> value;

    static Carrier of(Column column, Schema schema) {
        int type = (int) column.typeOid();
        boolean plain = schema.name() == null;
        return switch (schema.type()) {
            case INT16 ->
                plain && type == Oid.INT2 ? new Carrier("int2", Short[]::new, false, AS_IT_IS) : text(column, schema);
            case INT32 ->
                plain && isWhole(type)
                        ? new Carrier("int4", Integer[]::new, type != Oid.INT4, AS_IT_IS)
                        : text(column, schema);
            case INT64 ->
                plain && isWhole(type)
                        ? new Carrier("int8", Long[]::new, type != Oid.INT8, AS_IT_IS)
                        : text(column, schema);
            case FLOAT32 ->
                type == Oid.FLOAT4 || type == Oid.FLOAT8
                        ? new Carrier("float4", Float[]::new, type != Oid.FLOAT4, AS_IT_IS)
                        : text(column, schema);
            case FLOAT64 ->
                type == Oid.FLOAT8 ? new Carrier("float8", Double[]::new, false, AS_IT_IS) : text(column, schema);
            case BOOLEAN ->
                type == Oid.BOOL ? new Carrier("bool", Boolean[]::new, false, AS_IT_IS) : text(column, schema);
            case BYTES ->
                plain && type == Oid.BYTEA ? new Carrier("bytea", byte[][]::new, false, bytes()) : text(column, schema);
            default -> text(column, schema);
        };
    }

    private static Carrier text(Column column, Schema schema) {
        boolean isCast = column.typeOid() != Oid.TEXT && column.typeOid() != Oid.VARCHAR;
        return new Carrier("text", String[]::new, isCast, Texts.of(column, schema)::of);
    }

    private static Form bytes() {
        return value -> {
            byte[] bytes = toBytes(value);
            Texts.refusePlaceholder(bytes);
            return bytes;
        };
    }

    static byte[] toBytes(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static boolean isWhole(int type) {
        return type == Oid.INT2 || type == Oid.INT4 || type == Oid.INT8;
    }
}
