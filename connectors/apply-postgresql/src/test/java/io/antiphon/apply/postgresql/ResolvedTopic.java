package io.antiphon.apply.postgresql;

import io.antiphon.key.RowKey;
import io.confluent.connect.avro.AvroConverter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;

/** One partition of a resolved topic, as a test writes it, through Confluent's converter: offsets and versions count up. */
final class ResolvedTopic {
    /** The registry its schemas are in. */
    static final String REGISTRY = "mock://resolved";

    private static final AvroConverter AVRO = converter();
    private static final Schema KNOWLEDGE = SchemaBuilder.struct()
            .name("io.antiphon.contract.SiteKnowledge")
            .field("site", Schema.STRING_SCHEMA)
            .field("holds", Schema.BOOLEAN_SCHEMA)
            .field("last_local", Schema.OPTIONAL_INT64_SCHEMA)
            .field("snapshot", Schema.BOOLEAN_SCHEMA)
            .build();
    private static final Schema METADATA = SchemaBuilder.struct()
            .name("io.antiphon.contract.ResolvedMetadata")
            .field("kind", Schema.STRING_SCHEMA)
            .field("version", Schema.INT64_SCHEMA)
            .field("write_time", Schema.INT64_SCHEMA)
            .field("author", Schema.STRING_SCHEMA)
            .field("marker", Schema.OPTIONAL_STRING_SCHEMA)
            .field("sites", SchemaBuilder.array(KNOWLEDGE).build())
            .build();

    private final TopicPartition partition;
    private final Schema row;
    private final Schema value;
    private long version;
    private long offset;

    ResolvedTopic(String topic, int number, Schema row, long firstVersion) {
        this.partition = new TopicPartition(topic, number);
        this.row = row;
        this.value = SchemaBuilder.struct()
                .name("test.Resolved")
                .field("row", row)
                .field("meta", METADATA)
                .build();
        this.version = firstVersion;
    }

    private static AvroConverter converter() {
        var converter = new AvroConverter();
        converter.configure(
                Map.of(
                        "schema.registry.url",
                        REGISTRY,
                        "ignore.default.for.nullables",
                        true,
                        "enhanced.avro.schema.support",
                        true),
                false);
        return converter;
    }

    /** A row schema from names and types in turn. */
    static Schema columns(Object... namesAndTypes) {
        SchemaBuilder columns = SchemaBuilder.struct().name("test.Row").optional();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.field((String) namesAndTypes[i], (Schema) namesAndTypes[i + 1]);
        }
        return columns.build();
    }

    /** A text column whose true name Avro cannot spell. */
    static Schema textNamed(String name) {
        return SchemaBuilder.string()
                .optional()
                .parameter("__debezium.source.column.name", name)
                .build();
    }

    /** A type of Debezium's by name. */
    static Schema type(Schema.Type type, String name) {
        return new SchemaBuilder(type).name(name).optional().build();
    }

    TopicPartition partition() {
        return partition;
    }

    long version() {
        return version;
    }

    /** Kafka leaves gaps where transactions end. */
    ResolvedTopic gap() {
        offset++;
        return this;
    }

    SinkRecord row(Object... values) {
        return row(List.of(), values);
    }

    SinkRecord row(List<Struct> sites, Object... values) {
        return made("ROW", struct(values), values[0], sites);
    }

    SinkRecord deleted(Object key) {
        return deleted(List.of(), key);
    }

    SinkRecord deleted(List<Struct> sites, Object key) {
        return made("DELETED", struct(key), key, sites);
    }

    SinkRecord tombstone(Object key) {
        return new SinkRecord(
                partition.topic(),
                partition.partition(),
                Schema.BYTES_SCHEMA,
                RowKey.of(List.of(key)).toBytes(),
                null,
                null,
                offset++);
    }

    SinkRecord marker(long number, String site) {
        Struct meta = meta("MARKER", List.of()).put("marker", number + "@" + site);
        return record(("{\"marker\":\"" + site + "\"}").getBytes(java.nio.charset.StandardCharsets.UTF_8), null, meta);
    }

    static Struct holds(String site) {
        return knowledge(site, true, null, false);
    }

    static Struct knows(String site, long lastLocal) {
        return knowledge(site, false, lastLocal, false);
    }

    static Struct knowsFromSnapshot(String site) {
        return knowledge(site, false, null, true);
    }

    private static Struct knowledge(String site, boolean holds, Long lastLocal, boolean snapshot) {
        return new Struct(KNOWLEDGE)
                .put("site", site)
                .put("holds", holds)
                .put("last_local", lastLocal)
                .put("snapshot", snapshot);
    }

    private Struct struct(Object... values) {
        var struct = new Struct(row);
        List<Field> fields = row.fields();
        List<Object> given = new ArrayList<>(Arrays.asList(values));
        for (int i = 0; i < given.size(); i++) {
            struct.put(fields.get(i), given.get(i));
        }
        return struct;
    }

    private SinkRecord made(String kind, Struct content, Object key, List<Struct> sites) {
        return record(RowKey.of(List.of(key)).toBytes(), content, meta(kind, sites));
    }

    private Struct meta(String kind, List<Struct> sites) {
        version++;
        return new Struct(METADATA)
                .put("kind", kind)
                .put("version", version)
                .put("write_time", version)
                .put("author", "berlin")
                .put("sites", sites);
    }

    private SinkRecord record(byte[] key, Struct content, Struct meta) {
        return new SinkRecord(
                partition.topic(),
                partition.partition(),
                Schema.BYTES_SCHEMA,
                key,
                Schema.BYTES_SCHEMA,
                AVRO.fromConnectData(
                        partition.topic(),
                        value,
                        new Struct(value).put("row", content).put("meta", meta)),
                offset++);
    }
}
