package io.antiphon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.key.RowKey;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowKeyConverterTest {
    private final RowKeyConverter converter = new RowKeyConverter();

    @Test
    void aWholeNumberIsTheSameInEveryWidth() {
        assertThat(List.of(
                        key(Schema.INT8_SCHEMA, (byte) 42),
                        key(Schema.INT16_SCHEMA, (short) 42),
                        key(Schema.INT32_SCHEMA, 42),
                        key(Schema.INT64_SCHEMA, 42L)))
                .containsOnly("[42]");
    }

    @Test
    void aDecimalIsTheSameInEveryEncodingAndScale() {
        Schema variable = SchemaBuilder.struct()
                .name("io.debezium.data.VariableScaleDecimal")
                .field("scale", Schema.INT32_SCHEMA)
                .field("value", Schema.BYTES_SCHEMA)
                .build();
        var eleven = new BigDecimal("1100.50");
        assertThat(List.of(
                        key(source("NUMERIC"), "1100.50"),
                        key(source("DECIMAL"), "1100.500"),
                        key(Decimal.schema(2), eleven),
                        key(
                                variable,
                                new Struct(variable)
                                        .put("scale", eleven.scale())
                                        .put("value", eleven.unscaledValue().toByteArray()))))
                .containsOnly("[\"1100.5\"]");
        assertThat(key(source("NUMERIC"), "1E+3")).isEqualTo("[\"1000\"]");
        assertThat(key(source("NUMERIC"), "-0.00")).isEqualTo("[\"0\"]");
        assertThat(key(source("NUMERIC"), "NAN")).isEqualTo("[\"NaN\"]");
        assertThat(key(source("NUMERIC"), "NEGATIVE_INFINITY")).isEqualTo("[\"-Infinity\"]");
    }

    @Test
    void textThatLooksLikeADecimalStaysText() {
        assertThat(key(source("TEXT"), "1.50")).isEqualTo("[\"1.50\"]");
    }

    @Test
    void trailingBlanksOfPaddedTextDoNotCount() {
        assertThat(key(source("BPCHAR"), "ab   ")).isEqualTo(key(source("CHAR"), "ab"));
        assertThat(key(source("VARCHAR"), "ab   ")).isEqualTo("[\"ab   \"]");
    }

    @Test
    void lettersOfAUuidAreSmall() {
        assertThat(key(named(SchemaBuilder.string(), "io.debezium.data.Uuid"), "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"))
                .isEqualTo("[\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"]");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02Z, 2026-01-02",
        "-0043-03-15Z, 0044-03-15 BC",
        "0000-01-01Z, 0001-01-01 BC",
        "+12026-01-02Z, 12026-01-02",
        "0033-04-03, 0033-04-03",
        "+5877611-06-21Z, infinity",
        "infinity, infinity"
    })
    void aDateIsWrittenAsTheDatabaseReadsIt(String iso, String text) {
        assertThat(key(named(SchemaBuilder.string(), "io.debezium.time.IsoDate"), iso))
                .isEqualTo("[\"" + text + "\"]");
    }

    @Test
    void aDateIsTheSameInEveryEncoding() {
        int day = 20_455;
        assertThat(List.of(
                        key(named(SchemaBuilder.string(), "io.debezium.time.IsoDate"), "2026-01-02Z"),
                        key(named(SchemaBuilder.int32(), "io.debezium.time.Date"), day),
                        key(org.apache.kafka.connect.data.Date.SCHEMA, new java.util.Date(day * 86_400_000L))))
                .containsOnly("[\"2026-01-02\"]");
    }

    @Test
    void aTimeIsTheSameInEveryEncoding() {
        assertThat(List.of(
                        key(named(SchemaBuilder.string(), "io.debezium.time.IsoTime"), "03:04:05.250000Z"),
                        key(named(SchemaBuilder.string(), "io.debezium.time.IsoTime"), "03:04:05.25"),
                        key(named(SchemaBuilder.int32(), "io.debezium.time.Time"), 11_045_250),
                        key(named(SchemaBuilder.int64(), "io.debezium.time.MicroTime"), 11_045_250_000L),
                        key(named(SchemaBuilder.int64(), "io.debezium.time.NanoTime"), 11_045_250_000_000L),
                        key(org.apache.kafka.connect.data.Time.SCHEMA, new java.util.Date(11_045_250))))
                .containsOnly("[\"03:04:05.25\"]");
        assertThat(key(named(SchemaBuilder.int64(), "io.debezium.time.MicroTime"), 86_400_000_000L))
                .isEqualTo("[\"24:00:00\"]");
    }

    @Test
    void aTimestampIsTheSameInEveryEncoding() {
        long millis = 1_767_323_045_500L;
        assertThat(List.of(
                        key(named(SchemaBuilder.string(), "io.debezium.time.IsoTimestamp"), "2026-01-02T03:04:05.500Z"),
                        key(named(SchemaBuilder.int64(), "io.debezium.time.Timestamp"), millis),
                        key(named(SchemaBuilder.int64(), "io.debezium.time.MicroTimestamp"), millis * 1_000),
                        key(named(SchemaBuilder.int64(), "io.debezium.time.NanoTimestamp"), millis * 1_000_000),
                        key(org.apache.kafka.connect.data.Timestamp.SCHEMA, new java.util.Date(millis))))
                .containsOnly("[\"2026-01-02T03:04:05.5\"]");
        assertThat(key(named(SchemaBuilder.int64(), "io.debezium.time.MicroTimestamp"), -1L))
                .isEqualTo("[\"1969-12-31T23:59:59.999999\"]");
        assertThat(key(named(SchemaBuilder.string(), "io.debezium.time.IsoTimestamp"), "-292275055-05-16T23:00:00Z"))
                .isEqualTo("[\"-infinity\"]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2026-01-02T03:04:05.50+02:00", "2026-01-02T01:04:05.500000Z", "2026-01-01T20:04:05.5-05:00"})
    void aMomentIsTheSameFromEveryTimeZone(String iso) {
        assertThat(key(named(SchemaBuilder.string(), "io.debezium.time.ZonedTimestamp"), iso))
                .isEqualTo("[\"2026-01-02T01:04:05.5Z\"]");
    }

    @Test
    void bytesAreTheSameFromAnArrayAndABuffer() {
        byte[] bytes = {(byte) 0xde, (byte) 0xad};
        assertThat(key(source(SchemaBuilder.bytes(), "BYTEA"), bytes)).isEqualTo("[\"\\\\xdead\"]");
        assertThat(key(source(SchemaBuilder.bytes(), "VARBINARY"), ByteBuffer.wrap(bytes)))
                .isEqualTo("[\"\\\\xdead\"]");
        assertThat(key(source(SchemaBuilder.bytes(), "PG_LSN"), ByteBuffer.wrap("16/B3".getBytes(UTF_8))))
                .isEqualTo("[\"16/B3\"]");
        assertThat(key(named(SchemaBuilder.bytes().parameter("length", "5"), "io.debezium.data.Bits"), new byte[] {0x15
                }))
                .isEqualTo("[\"10101\"]");
    }

    @Test
    void severalColumnsStandInKeyOrder() {
        Schema schema = SchemaBuilder.struct()
                .field("site", Schema.STRING_SCHEMA)
                .field("number", Schema.INT32_SCHEMA)
                .field("open", Schema.BOOLEAN_SCHEMA)
                .build();
        var key = new Struct(schema).put("site", "berlin").put("number", 7).put("open", true);
        assertThat(bytes(schema, key)).isEqualTo("[\"berlin\",7,true]");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void everyTextIsWrittenAsRowKeyWritesIt(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                text.appendCodePoint(random.nextBoolean() ? random.nextInt(0x80) : 0x80 + random.nextInt(0xd000));
            }
            assertThat(key(Schema.STRING_SCHEMA, text.toString()))
                    .isEqualTo(RowKey.of(List.of(text.toString())).text());
        }
    }

    @Test
    void whatHasNoSingleTextIsRefusedByName() {
        assertThatThrownBy(() -> key(Schema.FLOAT64_SCHEMA, 1.5))
                .isInstanceOf(NotAKeyException.class)
                .hasMessageContaining("column 'id' cannot be part of a row key: it is a floating-point number");
        assertThatThrownBy(() -> key(named(SchemaBuilder.string(), "io.debezium.time.Interval"), "P1D"))
                .hasMessageContaining("interval");
        assertThatThrownBy(() -> key(Schema.OPTIONAL_INT32_SCHEMA, null)).hasMessageContaining("it is null");
    }

    @Test
    void aMissingKeyStaysMissing() {
        assertThat(converter.fromConnectData("t", null, null)).isNull();
        assertThat(converter.fromConnectData("t", Schema.OPTIONAL_STRING_SCHEMA, null))
                .isNull();
        assertThat(converter.toConnectData("t", null).value()).isNull();
    }

    @Test
    void whatWasWrittenIsReadAsItsText() {
        assertThat(converter.toConnectData("t", "[42]".getBytes(UTF_8)).value()).isEqualTo("[42]");
        assertThat(converter.fromConnectData("t", RowKeyConverter.ROW_KEY, "[42]"))
                .isEqualTo("[42]".getBytes(UTF_8));
    }

    @Test
    void connectFindsItAsAService() {
        assertThat(ServiceLoader.load(Converter.class).stream().map(ServiceLoader.Provider::type))
                .contains(RowKeyConverter.class);
    }

    private String key(Schema column, Object value) {
        Schema schema = SchemaBuilder.struct().field("id", column).build();
        return bytes(schema, new Struct(schema).put("id", value));
    }

    private String bytes(Schema schema, Struct key) {
        return new String(converter.fromConnectData("shop.berlin.public.customer", schema, key), UTF_8);
    }

    private static Schema source(String type) {
        return source(SchemaBuilder.string(), type);
    }

    private static Schema source(SchemaBuilder schema, String type) {
        return schema.parameter("__debezium.source.column.type", type).build();
    }

    private static Schema named(SchemaBuilder schema, String name) {
        return schema.name(name).build();
    }
}
