package io.antiphon.topology;

import io.antiphon.key.RowKey;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.TableId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.streams.TestInputTopic;
import org.jspecify.annotations.Nullable;

/** What capture would say of one site's table {@code public.account}, which has a column for every merge. */
final class AccountLog {
    static final MeshName MESH = new MeshName("shop");
    static final TableId TABLE = new TableId("public", "account");

    private static final Schema ROW = SchemaBuilder.record("Value")
            .namespace("shop.public.account")
            .fields()
            .name("id")
            .type(typed(Schema.Type.LONG, "INT8"))
            .noDefault()
            .name("balance")
            .type(nullable(typed(Schema.Type.STRING, "NUMERIC")))
            .withDefault(null)
            .name("credit")
            .type(nullable(typed(Schema.Type.INT, "INT4")))
            .withDefault(null)
            .name("best")
            .type(nullable(typed(Schema.Type.INT, "INT4")))
            .withDefault(null)
            .name("least")
            .type(nullable(typed(Schema.Type.STRING, "TIMESTAMPTZ")))
            .withDefault(null)
            .name("opened_by")
            .type(nullable(typed(Schema.Type.STRING, "TEXT")))
            .withDefault(null)
            .name("branch")
            .type(nullable(typed(Schema.Type.STRING, "TEXT")))
            .withDefault(null)
            .name("tags")
            .type(nullable(typed(Schema.Type.STRING, "_TEXT")))
            .withDefault(null)
            .name("items")
            .type(nullable(typed(Schema.Type.STRING, "JSONB")))
            .withDefault(null)
            .name("settings")
            .type(nullable(typed(Schema.Type.STRING, "JSONB")))
            .withDefault(null)
            .endRecord();
    private static final Schema SOURCE = SchemaBuilder.record("Source")
            .namespace("io.debezium.connector.postgresql")
            .fields()
            .optionalString("sequence")
            .optionalLong("ts_us")
            .optionalString("origin")
            .optionalLong("origin_lsn")
            .endRecord();
    private static final Schema ENVELOPE = SchemaBuilder.record("Envelope")
            .namespace("shop.public.account")
            .fields()
            .name("before")
            .type(nullable(ROW))
            .withDefault(null)
            .name("after")
            .type(nullable(ROW))
            .withDefault(null)
            .name("source")
            .type(SOURCE)
            .noDefault()
            .requiredString("op")
            .endRecord();

    private final String site;
    private final Schemas schemas;
    private final TestInputTopic<byte[], byte[]> topic;
    private long position = 1000;
    private @Nullable Map<String, Object> row;

    AccountLog(String site, Schemas schemas, TestInputTopic<byte[], byte[]> topic) {
        this.site = site;
        this.schemas = schemas;
        this.topic = topic;
    }

    private static Schema typed(Schema.Type type, String source) {
        Schema schema = Schema.create(type);
        schema.addProp("connect.parameters", Map.of("__debezium.source.column.type", source));
        return schema;
    }

    private static Schema nullable(Schema schema) {
        return Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
    }

    /** The application writes a row of one column, or null for none; a column that is not named is null. */
    void writes(@Nullable Map<String, Object> after, long commitTime) {
        change(after, commitTime, null);
    }

    /** Our own write, seen again. */
    void echoes(@Nullable Map<String, Object> after, long mark) {
        change(after, mark, mark);
    }

    private void change(@Nullable Map<String, Object> after, long commitTime, @Nullable Long mark) {
        long at = ++position;
        GenericRecord from = new GenericRecordBuilder(SOURCE)
                .set("sequence", "[\"" + at + "\",\"" + at + "\"]")
                .set("ts_us", commitTime)
                .set("origin", mark == null ? null : "antiphon_shop_" + site + "_0")
                .set("origin_lsn", mark)
                .build();
        GenericRecord record = new GenericRecordBuilder(ENVELOPE)
                .set("before", record(row))
                .set("after", record(after))
                .set("source", from)
                .set("op", row == null ? "c" : after == null ? "d" : "u")
                .build();
        row = after;
        topic.pipeInput(RowKey.of(List.of(1L)).toBytes(), wire(record), commitTime / 1000);
    }

    private static @Nullable GenericRecord record(@Nullable Map<String, Object> row) {
        if (row == null) {
            return null;
        }
        var record = new GenericData.Record(ROW);
        record.put("id", 1L);
        row.forEach(record::put);
        return record;
    }

    private byte[] wire(GenericRecord value) {
        var out = new ByteArrayOutputStream();
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(4)
                .putInt(schemas.idOf(site + "-account", ENVELOPE))
                .array());
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        try {
            new GenericDatumWriter<>(ENVELOPE, new GenericData()).write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
