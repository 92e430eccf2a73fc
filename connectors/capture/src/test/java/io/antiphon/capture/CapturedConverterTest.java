package io.antiphon.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.connect.avro.AvroConverter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CapturedConverterTest {
    private static final String TOPIC = "shop.berlin.public.thing";
    private static final Schema POINT = SchemaBuilder.struct()
            .name("io.debezium.data.geometry.Point")
            .optional()
            .field("x", Schema.FLOAT64_SCHEMA)
            .field("srid", Schema.OPTIONAL_INT32_SCHEMA)
            .build();
    private static final Schema ROW = row();
    private static final Schema ENVELOPE = SchemaBuilder.struct()
            .name("shop.berlin.public.thing.Envelope")
            .field("before", ROW)
            .field("after", ROW)
            .field("op", Schema.STRING_SCHEMA)
            .build();

    private static final Map<String, String> SETTINGS = Map.of(
            "schema.registry.url",
            "mock://captured",
            "value.subject.name.strategy",
            "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy");

    private final CapturedConverter converter = new CapturedConverter();
    private final AvroConverter confluents = new AvroConverter();

    @BeforeEach
    void configure() {
        converter.configure(SETTINGS, false);
        var settings = new HashMap<>(SETTINGS);
        settings.put("ignore.default.for.nullables", "true");
        confluents.configure(settings, false);
    }

    @Test
    void everyRecordHasTheBytesConfluentsConverterWouldGiveIt() {
        Struct empty = new Struct(ROW).put("id", 1L).put("name", "");
        Struct full = new Struct(ROW)
                .put("id", Long.MIN_VALUE)
                .put("tiny", (short) -7)
                .put("whole", 7)
                .put("name", "Grüße, 東京 \u0001")
                .put("single", 0.1f)
                .put("exact", Double.NaN)
                .put("yes", true)
                .put("raw", ByteBuffer.wrap(new byte[] {0, -1, 92}))
                .put("list", Arrays.asList("a", null, ""))
                .put("point", new Struct(POINT).put("x", 1.5).put("srid", 4326));
        Struct other = new Struct(ROW)
                .put("id", 3L)
                .put("name", "n".repeat(5_000))
                .put("raw", new byte[] {1})
                .put("list", List.of())
                .put("point", new Struct(POINT).put("x", -0.0));

        for (Struct before : Arrays.asList(null, empty, full, other)) {
            for (Struct after : Arrays.asList(full, null, other, empty)) {
                isWrittenAsConfluents(ENVELOPE, envelope(before, after));
            }
        }
    }

    @Test
    void aNullIsNotTheColumnsDefault() {
        isWrittenAsConfluents(
                ENVELOPE, envelope(null, new Struct(ROW).put("id", 1L).put("name", "x")));
        byte[] second = converter.fromConnectData(
                TOPIC, ENVELOPE, envelope(null, new Struct(ROW).put("id", 2L).put("name", "x")));

        var read = (Struct) confluents.toConnectData(TOPIC, second).value();

        assertThat(read.getStruct("after").getWithoutDefault("whole")).isNull();
    }

    @Test
    void eachTopicHasItsOwnSchemaId() {
        Schema answers = Answers.ANSWER;
        Struct answer = answer(1);
        for (String topic : List.of(TOPIC, "shop.berlin.public.other", TOPIC)) {
            assertThat(converter.fromConnectData(topic, answers, answer))
                    .isEqualTo(confluents.fromConnectData(topic, answers, answer));
        }
    }

    @Test
    void whatIsNotKnownHereIsLeftToConfluents() {
        Schema price = SchemaBuilder.struct()
                .name("shop.Price")
                .field("amount", Decimal.schema(2))
                .build();
        for (String amount : List.of("1.25", "-3.00")) {
            isWrittenAsConfluents(price, new Struct(price).put("amount", new BigDecimal(amount)));
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAsConfluentsRefusesIt() {
        isWrittenAsConfluents(
                ENVELOPE, envelope(null, new Struct(ROW).put("id", 1L).put("name", "x")));
        Struct withoutOperation = new Struct(ENVELOPE);

        assertThatThrownBy(() -> converter.fromConnectData(TOPIC, ENVELOPE, withoutOperation))
                .isInstanceOf(DataException.class);
        isWrittenAsConfluents(
                ENVELOPE, envelope(null, new Struct(ROW).put("id", 2L).put("name", "y")));
    }

    @Test
    void aSchemaThatIsMadeAnewIsStillTheSame() {
        for (Schema same : List.of(ROW, row(), row(), ROW)) {
            isWrittenAsConfluents(
                    ENVELOPE, envelope(null, new Struct(same).put("id", 1L).put("name", "x")));
        }
    }

    private void isWrittenAsConfluents(Schema schema, Struct value) {
        assertThat(converter.fromConnectData(TOPIC, schema, value))
                .isEqualTo(confluents.fromConnectData(TOPIC, schema, value));
    }

    private static Schema row() {
        return SchemaBuilder.struct()
                .name("shop.berlin.public.thing.Value")
                .optional()
                .field("id", Schema.INT64_SCHEMA)
                .field("tiny", Schema.OPTIONAL_INT16_SCHEMA)
                .field("whole", SchemaBuilder.int32().optional().defaultValue(5).build())
                .field(
                        "name",
                        SchemaBuilder.string()
                                .defaultValue("nobody")
                                .parameter("length", "20")
                                .build())
                .field("single", Schema.OPTIONAL_FLOAT32_SCHEMA)
                .field("exact", Schema.OPTIONAL_FLOAT64_SCHEMA)
                .field("yes", Schema.OPTIONAL_BOOLEAN_SCHEMA)
                .field("raw", Schema.OPTIONAL_BYTES_SCHEMA)
                .field(
                        "list",
                        SchemaBuilder.array(Schema.OPTIONAL_STRING_SCHEMA)
                                .optional()
                                .build())
                .field("point", POINT)
                .build();
    }

    private static Struct envelope(Struct before, Struct after) {
        return new Struct(ENVELOPE).put("before", before).put("after", after).put("op", "u");
    }

    private static Struct answer(long version) {
        return new Struct(Answers.ANSWER)
                .put("site", "tokyo")
                .put("resolved_topic", "shop.resolved.public.thing")
                .put("resolved_partition", 0)
                .put("version", version)
                .put("next_offset", 1L)
                .put("epoch", 1L)
                .put("applied", 1L)
                .put("commit_time", 1L)
                .put("previous_commit", 1L)
                .put("log_position", 1L)
                .put("outcomes", List.of());
    }
}
