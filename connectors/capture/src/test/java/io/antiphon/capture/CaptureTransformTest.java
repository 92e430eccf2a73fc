package io.antiphon.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CaptureTransformTest {
    private static final Schema SOURCE = SchemaBuilder.struct()
            .name("io.debezium.connector.postgresql.Source")
            .field("sequence", Schema.OPTIONAL_STRING_SCHEMA)
            .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA)
            .field("lsn", Schema.OPTIONAL_INT64_SCHEMA)
            .build();
    private static final Schema POSITION = SchemaBuilder.struct()
            .optional()
            .field("mesh", Schema.STRING_SCHEMA)
            .field("resolved_topic", Schema.STRING_SCHEMA)
            .field("resolved_partition", Schema.INT32_SCHEMA)
            .field("cluster_id", Schema.OPTIONAL_STRING_SCHEMA)
            .field("epoch", Schema.OPTIONAL_INT64_SCHEMA)
            .field("next_offset", Schema.OPTIONAL_INT64_SCHEMA)
            .field("version", Schema.OPTIONAL_INT64_SCHEMA)
            .field("applied", Schema.OPTIONAL_INT64_SCHEMA)
            .field("outcomes", Schema.OPTIONAL_STRING_SCHEMA)
            .build();
    private static final Schema MARKER = SchemaBuilder.struct()
            .optional()
            .field("mesh", Schema.STRING_SCHEMA)
            .field("number", Schema.INT64_SCHEMA)
            .field("site", Schema.STRING_SCHEMA)
            .field("resolved_topic", Schema.STRING_SCHEMA)
            .field("resolved_partition", Schema.INT32_SCHEMA)
            .build();
    private static final Schema ROW = SchemaBuilder.struct()
            .optional()
            .field(
                    "id",
                    SchemaBuilder.string()
                            .parameter("__debezium.source.column.type", "NUMERIC")
                            .build())
            .field("name", Schema.OPTIONAL_STRING_SCHEMA)
            .build();
    private static final Schema ROW_KEY =
            SchemaBuilder.struct().field("id", Schema.STRING_SCHEMA).build();

    private final CaptureTransform<SourceRecord> transform = new CaptureTransform<>();

    @BeforeEach
    void configured() {
        transform.configure(Map.of("mesh", "shop", "site", "berlin"));
    }

    @Test
    void aPositionRowIsAnAnswerInThePartitionItSpeaksOf() {
        SourceRecord answer = transform.apply(position(
                "u", positionRow("shop", "shop.resolved.public.customer").put("outcomes", "[]")));

        assertThat(answer.topic()).isEqualTo("shop.berlin.public.customer");
        assertThat(answer.kafkaPartition()).isEqualTo(2);
        assertThat(answer.key()).isNull();
        assertThat(answer.keySchema()).isNull();
        assertThat(answer.valueSchema().name()).isEqualTo("io.antiphon.contract.Answer");
        assertThat(answer.value())
                .isEqualTo(new Struct(Answers.ANSWER)
                        .put("site", "berlin")
                        .put("resolved_topic", "shop.resolved.public.customer")
                        .put("resolved_partition", 2)
                        .put("version", 1_700_000_000_000_000L)
                        .put("next_offset", 5L)
                        .put("epoch", 1L)
                        .put("applied", 3L)
                        .put("commit_time", 1_795_385_711_531_594L)
                        .put("previous_commit", 24_981_424L)
                        .put("log_position", 24_981_464L)
                        .put("outcomes", List.of()));
        assertThat(answer.sourceOffset()).isEqualTo(Map.of("lsn", 1L));
    }

    @Test
    void outcomesThatWereNotWrittenAreListed() {
        SourceRecord answer = transform.apply(position(
                "c",
                positionRow("shop", "shop.resolved.public.customer")
                        .put(
                                "outcomes",
                                "[{\"key\":\"[1]\",\"version\":7,\"kind\":\"REFUSED\",\"commit_time\":9},"
                                        + "{\"key\":\"[\\\"a\\\"]\",\"version\":8,\"kind\":\"PARKED\",\"cause\":\"23514 check\"},"
                                        + "{\"key\":\"[3]\",\"version\":9,\"kind\":\"CLAIMED\",\"cause\":\"23505\",\"holder\":\"[2]\","
                                        + "\"holder_row\":\"{}\",\"columns\":[\"email\"]}]")));

        assertThat(((Struct) answer.value()).getArray("outcomes"))
                .containsExactly(
                        new Struct(Answers.OUTCOME)
                                .put("key", "[1]")
                                .put("version", 7L)
                                .put("kind", "REFUSED")
                                .put("commit_time", 9L)
                                .put("columns", List.of()),
                        new Struct(Answers.OUTCOME)
                                .put("key", "[\"a\"]")
                                .put("version", 8L)
                                .put("kind", "PARKED")
                                .put("cause", "23514 check")
                                .put("columns", List.of()),
                        new Struct(Answers.OUTCOME)
                                .put("key", "[3]")
                                .put("version", 9L)
                                .put("kind", "CLAIMED")
                                .put("cause", "23505")
                                .put("holder", "[2]")
                                .put("holder_row", "{}")
                                .put("columns", List.of("email")));
    }

    @Test
    void outcomesThatTheSinkDidNotWriteAreRefused() {
        assertThatThrownBy(() -> transform.apply(position(
                        "c",
                        positionRow("shop", "shop.resolved.public.customer").put("outcomes", "nonsense"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("outcomes of antiphon.position");
    }

    @Test
    void aMarkerRowIsAMarkerInThePartitionItSpeaksOf() {
        SourceRecord marker = transform.apply(marker("c", "shop"));

        assertThat(marker.topic()).isEqualTo("shop.berlin.public.customer");
        assertThat(marker.kafkaPartition()).isEqualTo(3);
        assertThat(marker.key()).isNull();
        assertThat(marker.value())
                .isEqualTo(new Struct(Answers.MARKER)
                        .put("number", 4711L)
                        .put("site", "berlin")
                        .put("resolved_topic", "shop.resolved.public.customer")
                        .put("resolved_partition", 3)
                        .put("previous_commit", 24_981_424L)
                        .put("log_position", 24_981_464L));
    }

    @Test
    void whatSaysNothingIsDropped() {
        assertThat(transform.apply(position("u", positionRow("bank", "bank.resolved.public.customer"))))
                .as("another mesh's position")
                .isNull();
        assertThat(transform.apply(marker("c", "bank")))
                .as("another mesh's marker")
                .isNull();
        assertThat(transform.apply(position("d", null)))
                .as("a deleted position")
                .isNull();
        assertThat(transform.apply(marker("r", "shop")))
                .as("a marker of a snapshot")
                .isNull();
        assertThat(transform.apply(position("t", null)))
                .as("a truncated position table")
                .isNull();
        assertThat(transform.apply(captured("shop.berlin.antiphon.heartbeat", ROW, "u", null)))
                .as("a heartbeat row")
                .isNull();
        assertThat(transform.apply(captured("shop.berlin.message", ROW, "m", null)))
                .as("a logical message")
                .isNull();
        assertThat(transform.apply(position("u", positionRow("shop", "elsewhere"))))
                .as("a position in a topic that is not ours")
                .isNull();
    }

    @Test
    void anAnswerReadByASnapshotIsStillAnAnswer() {
        SourceRecord read = position("r", positionRow("shop", "shop.resolved.public.customer"));
        ((Struct) read.value()).getStruct("source").put("sequence", "[null,\"24981464\"]");

        assertThat(((Struct) transform.apply(read).value()).getInt64("previous_commit"))
                .isZero();
    }

    @Test
    void aRowIsLeftAloneButForItsKey() {
        SourceRecord row = captured("shop.berlin.public.customer", ROW, "c", new Struct(ROW).put("id", "1.50"));

        SourceRecord out = transform.apply(row);

        assertThat(out.topic()).isEqualTo(row.topic());
        assertThat(out.value()).isSameAs(row.value());
        assertThat(out.valueSchema()).isSameAs(row.valueSchema());
        assertThat(out.kafkaPartition()).isNull();
        assertThat(out.timestamp()).isEqualTo(row.timestamp());
        assertThat(new RowKeyConverter().fromConnectData(out.topic(), out.keySchema(), out.key()))
                .asString()
                .isEqualTo("[\"1.5\"]");
    }

    @Test
    void theOtherKeyOfAMovedRowIsCanonicalToo() {
        SourceRecord row = captured("shop.berlin.public.customer", ROW, "c", new Struct(ROW).put("id", "1.50"));
        row.headers().addStruct("__debezium.oldkey", new Struct(ROW_KEY).put("id", "2.00"));

        assertThat(transform
                        .apply(row)
                        .headers()
                        .lastWithName("__debezium.oldkey")
                        .value())
                .isEqualTo("[\"2\"]");
    }

    @Test
    void theInsertOfAMovedRowShowsTheRowAsItWas() {
        Struct before = new Struct(ROW).put("id", "2.00");
        SourceRecord delete = captured("shop.berlin.public.customer", ROW, "d", null);
        delete = delete.newRecord(
                delete.topic(),
                null,
                ROW_KEY,
                new Struct(ROW_KEY).put("id", "2.00"),
                delete.valueSchema(),
                ((Struct) delete.value()).put("before", before),
                delete.timestamp());
        delete.headers().addStruct("__debezium.newkey", new Struct(ROW_KEY).put("id", "1.50"));
        SourceRecord insert = captured("shop.berlin.public.customer", ROW, "c", new Struct(ROW).put("id", "1.50"));
        insert.headers().addStruct("__debezium.oldkey", new Struct(ROW_KEY).put("id", "2.00"));
        SourceRecord another = captured("shop.berlin.public.customer", ROW, "c", new Struct(ROW).put("id", "7"));
        another.headers().addStruct("__debezium.oldkey", new Struct(ROW_KEY).put("id", "2.00"));

        transform.apply(delete);
        SourceRecord out = transform.apply(insert);

        assertThat(((Struct) out.value()).getStruct("before")).isEqualTo(before);
        assertThat(((Struct) out.value()).getStruct("after")).isEqualTo(((Struct) insert.value()).getStruct("after"));
        assertThat(((Struct) insert.value()).getStruct("before")).isNull();
        assertThat(out.headers().lastWithName("antiphon.key-columns").value()).isEqualTo("[\"id\"]");
        assertThat(((Struct) transform.apply(another).value()).getStruct("before"))
                .as("of a row whose former self was not seen just before")
                .isNull();
    }

    @Test
    void aTruncateAndDebeziumsOwnHeartbeatPassAsTheyAre() {
        var truncate = new SourceRecord(
                Map.of(), Map.of(), "shop.berlin.public.customer", null, null, null, envelope(ROW), null);
        assertThat(transform.apply(truncate)).isSameAs(truncate);

        var heartbeat = new SourceRecord(
                Map.of(),
                Map.of(),
                "__debezium-heartbeat.shop.berlin",
                null,
                ROW_KEY,
                new Struct(ROW_KEY).put("id", "x"),
                null,
                null);
        assertThat(transform.apply(heartbeat)).isSameAs(heartbeat);
    }

    @Test
    void aMeshThatCannotBeOneIsRefused() {
        assertThatThrownBy(
                        () -> new CaptureTransform<SourceRecord>().configure(Map.of("mesh", "Shop", "site", "berlin")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'Shop' cannot name a mesh");
    }

    @Test
    @SuppressWarnings("rawtypes")
    void connectFindsItAsAService() {
        assertThat(ServiceLoader.load(Transformation.class).stream().<Class<?>>map(ServiceLoader.Provider::type))
                .contains(CaptureTransform.class);
    }

    private static Struct positionRow(String mesh, String resolvedTopic) {
        return new Struct(POSITION)
                .put("mesh", mesh)
                .put("resolved_topic", resolvedTopic)
                .put("resolved_partition", 2)
                .put("epoch", 1L)
                .put("next_offset", 5L)
                .put("version", 1_700_000_000_000_000L)
                .put("applied", 3L);
    }

    private static SourceRecord position(String op, @Nullable Struct row) {
        return captured("shop.berlin.antiphon.position", POSITION, op, row);
    }

    private static SourceRecord marker(String op, String mesh) {
        return captured(
                "shop.berlin.antiphon.marker",
                MARKER,
                op,
                new Struct(MARKER)
                        .put("mesh", mesh)
                        .put("number", 4711L)
                        .put("site", "berlin")
                        .put("resolved_topic", mesh + ".resolved.public.customer")
                        .put("resolved_partition", 3));
    }

    private static SourceRecord captured(String topic, Schema row, String op, @Nullable Struct after) {
        Schema envelope = envelope(row);
        Struct source = new Struct(SOURCE)
                .put("sequence", "[\"24981424\",\"24981464\"]")
                .put("ts_us", 1_795_385_711_531_594L)
                .put("lsn", 24_981_464L);
        Struct key =
                new Struct(ROW_KEY).put("id", after != null && after.schema() == ROW ? after.getString("id") : "1");
        return new SourceRecord(
                Map.of("server", "shop.berlin"),
                Map.of("lsn", 1L),
                topic,
                null,
                ROW_KEY,
                key,
                envelope,
                new Struct(envelope).put("after", after).put("op", op).put("source", source),
                17L,
                new ConnectHeaders());
    }

    private static Schema envelope(Schema row) {
        return SchemaBuilder.struct()
                .field("before", row)
                .field("after", row)
                .field("source", SOURCE)
                .field("op", Schema.STRING_SCHEMA)
                .build();
    }
}
