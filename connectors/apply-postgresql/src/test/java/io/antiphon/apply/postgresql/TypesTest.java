package io.antiphon.apply.postgresql;

import static io.antiphon.apply.postgresql.ResolvedTopic.columns;
import static io.antiphon.apply.postgresql.ResolvedTopic.textNamed;
import static io.antiphon.apply.postgresql.ResolvedTopic.type;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TypesTest {
    private static final Schema STRING = Schema.OPTIONAL_STRING_SCHEMA;
    private static final Schema BITS = type(Schema.Type.BYTES, "io.debezium.data.Bits");
    private static final Schema DATE = type(Schema.Type.STRING, "io.debezium.time.IsoDate");
    private static final Schema TIME = type(Schema.Type.STRING, "io.debezium.time.IsoTime");
    private static final Schema TIMESTAMP = type(Schema.Type.STRING, "io.debezium.time.IsoTimestamp");
    private static final Schema TIMESTAMPTZ = type(Schema.Type.STRING, "io.debezium.time.ZonedTimestamp");
    private static final Schema TIMETZ = type(Schema.Type.STRING, "io.debezium.time.ZonedTime");
    private static final Schema INTERVAL = type(Schema.Type.STRING, "io.debezium.time.Interval");
    private static final Schema JSON = type(Schema.Type.STRING, "io.debezium.data.Json");

    private static Tokyo tokyo;
    private static int tables;

    static Stream<Arguments> carried() {
        return Stream.of(
                value("smallint", Schema.OPTIONAL_INT16_SCHEMA, (short) -7, "-7"),
                value("integer", Schema.OPTIONAL_INT32_SCHEMA, Integer.MIN_VALUE, "-2147483648"),
                value("bigint", Schema.OPTIONAL_INT64_SCHEMA, Long.MAX_VALUE, "9223372036854775807"),
                value("smallint", Schema.OPTIONAL_INT64_SCHEMA, 7L, "7"),
                value("oid", Schema.OPTIONAL_INT64_SCHEMA, 4294967295L, "4294967295"),
                value("numeric", STRING, "12345678901234567890.123456789000", "12345678901234567890.123456789000"),
                value("numeric", STRING, "NaN", "NaN"),
                value("numeric", STRING, "Infinity", "Infinity"),
                value("numeric(10,2)", STRING, "12.50", "12.50"),
                value("numeric(10,2)", STRING, "12.5000", "12.50"),
                value("numeric(10,2)", STRING, "NaN", "NaN"),
                value("numeric(5,-2)", STRING, "12300", "12300"),
                value("real", Schema.OPTIONAL_FLOAT32_SCHEMA, 0.1f, "0.1"),
                value("real", Schema.OPTIONAL_FLOAT32_SCHEMA, Float.NaN, "NaN"),
                value("double precision", Schema.OPTIONAL_FLOAT64_SCHEMA, 0.1, "0.1"),
                value("double precision", Schema.OPTIONAL_FLOAT64_SCHEMA, Double.NEGATIVE_INFINITY, "-Infinity"),
                value("text", STRING, "Grüße, 東京 'quoted' \\ \u0001", "Grüße, 東京 'quoted' \\ \u0001"),
                value("text", STRING, "", ""),
                value("varchar(6)", STRING, "東京東京東京", "東京東京東京"),
                value("varchar(3)", STRING, "a  ", "a  "),
                value("char(5)", STRING, "ab   ", "ab   "),
                value("\"char\"", STRING, "x", "x"),
                value("name", STRING, "n", "n"),
                value("bytea", Schema.OPTIONAL_BYTES_SCHEMA, ByteBuffer.wrap(new byte[] {0, -1, 92}), "\\x00ff5c"),
                value("bytea", Schema.OPTIONAL_BYTES_SCHEMA, new byte[] {}, "\\x"),
                value("boolean", Schema.OPTIONAL_BOOLEAN_SCHEMA, true, "t"),
                value(
                        "uuid",
                        type(Schema.Type.STRING, "io.debezium.data.Uuid"),
                        "0e37df36-f698-11e6-8dd4-cb9ced3df976",
                        "0e37df36-f698-11e6-8dd4-cb9ced3df976"),
                value("date", DATE, "2024-02-29Z", "2024-02-29"),
                value("date", DATE, "-0043-03-15Z", "0044-03-15 BC"),
                value("date", DATE, "0000-01-01Z", "0001-01-01 BC"),
                value("date", STRING, "infinity", "infinity"),
                value("time", TIME, "23:59:59.123456Z", "23:59:59.123456"),
                value("time", STRING, "24:00:00", "24:00:00"),
                value("timetz", TIMETZ, "10:00:00.5Z", "10:00:00.5+00"),
                value("timetz", STRING, "10:00:00.5+05:30", "10:00:00.5+05:30"),
                value("timestamp", TIMESTAMP, "2026-01-02T03:04:05.25Z", "2026-01-02 03:04:05.25"),
                value("timestamp(3)", TIMESTAMP, "2026-01-02T03:04:05.250Z", "2026-01-02 03:04:05.25"),
                value("timestamp", TIMESTAMP, "+12026-01-02T03:04:05Z", "12026-01-02 03:04:05"),
                value("timestamp", STRING, "-infinity", "-infinity"),
                value("timestamptz", TIMESTAMPTZ, "2026-01-02T03:04:05.678901Z", "2026-01-02 03:04:05.678901+00"),
                value("timestamptz", TIMESTAMPTZ, "infinity", "infinity"),
                value("timestamptz", TIMESTAMPTZ, "-infinity", "-infinity"),
                value("timestamptz", TIMESTAMPTZ, "-0043-03-15T00:00:00Z", "0044-03-15 00:00:00+00 BC"),
                value("interval", INTERVAL, "P1Y-2M3DT-4H5M6.7S", "10 mons 3 days -03:54:53.3"),
                value("interval", STRING, "1 year 2 mons -3 days +04:05:06.7", "1 year 2 mons -3 days +04:05:06.7"),
                value("json", JSON, "{\"b\": 1,  \"a\":null}", "{\"b\": 1,  \"a\":null}"),
                value("jsonb", JSON, "{\"a\": [1, 2.50]}", "{\"a\": [1, 2.50]}"),
                value("mood", type(Schema.Type.STRING, "io.debezium.data.Enum"), "so so", "so so"),
                value("small", Schema.OPTIONAL_INT32_SCHEMA, 7, "7"),
                value("short", STRING, "abc", "abc"),
                value("inet", STRING, "10.1.2.3/24", "10.1.2.3/24"),
                value("cidr", STRING, "10.0.0.0/8", "10.0.0.0/8"),
                value("macaddr", STRING, "08:00:2b:01:02:03", "08:00:2b:01:02:03"),
                value(
                        "tsvector",
                        type(Schema.Type.STRING, "io.debezium.data.Tsvector"),
                        "'a':1A 'fat':2",
                        "'a':1A 'fat':2"),
                value("int4range", STRING, "[1,5)", "[1,5)"),
                value("tstzrange", STRING, "[\"2026-01-01 00:00:00+00\",)", "[\"2026-01-01 00:00:00+00\",)"),
                value("int4multirange", Schema.OPTIONAL_BYTES_SCHEMA, utf8("{[1,3),[5,7)}"), "{[1,3),[5,7)}"),
                value("bit(1)", Schema.OPTIONAL_BOOLEAN_SCHEMA, true, "1"),
                value("bit(12)", BITS, new byte[] {0x05}, "000000000101"),
                value("bit(12)", BITS, new byte[] {0x00, 0x08}, "100000000000"),
                value("varbit", STRING, "00101", "00101"),
                value("xml", type(Schema.Type.STRING, "io.debezium.data.Xml"), "<a>&lt;</a>", "<a>&lt;</a>"),
                value("money", STRING, "12.34", "$12.34"),
                value("integer[]", list(Schema.OPTIONAL_INT32_SCHEMA), Arrays.asList(1, null, -3), "{1,NULL,-3}"),
                value("integer[]", STRING, "[0:1]={1,2}", "[0:1]={1,2}"),
                value("integer[]", STRING, "{{1,2},{3,4}}", "{{1,2},{3,4}}"),
                value("integer[]", type(Schema.Type.STRING, "io.antiphon.postgresql.Text"), "{1,NULL}", "{1,NULL}"),
                value("varchar(3)[]", STRING, "{abc,NULL,def}", "{abc,NULL,def}"),
                value("numeric", STRING, "POSITIVE_INFINITY", "Infinity"),
                value("numeric", STRING, "NAN", "NaN"),
                value("numeric(6,2)[]", STRING, "{1.50,NaN}", "{1.50,NaN}"),
                value("timetz", TIMETZ, "24:00:00-02:00", "24:00:00-02"),
                value("time", TIME, "24:00:00Z", "24:00:00"),
                value("bigint[]", list(Schema.OPTIONAL_INT64_SCHEMA), List.of(), "{}"),
                value(
                        "text[]",
                        list(STRING),
                        Arrays.asList("a,b", "q\"\\", "NULL", null, "", "{}"),
                        "{\"a,b\",\"q\\\"\\\\\",\"NULL\",NULL,\"\",\"{}\"}"),
                value("numeric(6,2)[]", list(STRING), List.of("1.50", "NaN"), "{1.50,NaN}"),
                value("boolean[]", list(Schema.OPTIONAL_BOOLEAN_SCHEMA), List.of(true, false), "{t,f}"),
                value(
                        "double precision[]",
                        list(Schema.OPTIONAL_FLOAT64_SCHEMA),
                        List.of(0.1, Double.NaN),
                        "{0.1,NaN}"),
                value("date[]", list(DATE), List.of("2024-02-29Z"), "{2024-02-29}"),
                value(
                        "timestamptz[]",
                        list(TIMESTAMPTZ),
                        List.of("2026-01-02T03:04:05Z", "infinity"),
                        "{\"2026-01-02 03:04:05+00\",infinity}"),
                value(
                        "bytea[]",
                        list(Schema.OPTIONAL_BYTES_SCHEMA),
                        List.of(ByteBuffer.wrap(new byte[] {1, -1})),
                        "{\"\\\\x01ff\"}"),
                value("jsonb[]", list(JSON), List.of("{\"a\": 1}"), "{\"{\\\"a\\\": 1}\"}"),
                value("mood[]", list(STRING), List.of("so so", "fine"), "{\"so so\",fine}"),
                value(
                        "uuid[]",
                        list(STRING),
                        List.of("0e37df36-f698-11e6-8dd4-cb9ced3df976"),
                        "{0e37df36-f698-11e6-8dd4-cb9ced3df976}"));
    }

    @BeforeAll
    static void oneSite() throws Exception {
        tokyo = Tokyo.withTable(
                "CREATE TYPE mood AS ENUM ('fine', 'so so'); CREATE DOMAIN small AS int CHECK (VALUE > 0);"
                        + " CREATE DOMAIN base AS varchar(3); CREATE DOMAIN short AS base; SET TimeZone = 'UTC'");
    }

    @AfterAll
    static void close() throws Exception {
        tokyo.close();
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource
    void carried(String sqlType, Schema schema, Object value, String stored) throws Exception {
        String table = table(sqlType);
        ResolvedTopic thing = tokyo.topic(table, 0, columns("id", Schema.OPTIONAL_INT32_SCHEMA, "v", schema));

        tokyo.sink(tables, thing)
                .opens()
                .receives(thing.row(1, value), thing.row(2, null))
                .stop();

        assertThat(tokyo.answers(thing)).isEqualTo("[]");
        assertThat(tokyo.rows("SELECT v FROM " + table + " ORDER BY id")).containsExactly(stored, "null");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                value("numeric(10,2)", STRING, "12.505", "more than 2 digits"),
                value("numeric(5,-2)", STRING, "12345", "rounded away"),
                value("numeric(6,2)[]", list(STRING), List.of("1.505"), "more than 2 digits"),
                value("numeric(6,2)[]", STRING, "{1.50,1.505}", "more than 2 digits"),
                value("timestamp(3)[]", STRING, "{\"2026-01-02 03:04:05.2501\"}", "more than 3 digits"),
                value("varchar(3)", STRING, "a   ", "longer than 3 characters"),
                value("timestamp(3)", TIMESTAMP, "2026-01-02T03:04:05.2501Z", "more than 3 digits"),
                value("timestamptz(0)", TIMESTAMPTZ, "2026-01-02T03:04:05.5Z", "more than 0 digits"),
                value("interval(0)", INTERVAL, "PT6.7S", "more than 0 digits"),
                value("real", Schema.OPTIONAL_FLOAT64_SCHEMA, 0.1, "rounded to single"),
                value("bit(3)", BITS, new byte[] {0x08}, "more than 3 bits"),
                value("varbit", BITS, new byte[] {0x08}, "without its length"),
                value("varbit(1)", Schema.OPTIONAL_BOOLEAN_SCHEMA, true, "without its length"),
                value("timestamp", type(Schema.Type.INT64, "io.debezium.time.MicroTimestamp"), 0L, "MicroTimestamp"),
                value("text", STRING, "__debezium_unavailable_value", "placeholder"),
                value("bytea", Schema.OPTIONAL_BYTES_SCHEMA, utf8("__debezium_unavailable_value"), "placeholder"),
                value("text[]", list(STRING), List.of("__debezium_unavailable_value"), "placeholder"),
                value("jsonb", JSON, "__debezium_unavailable_value", "placeholder"),
                value("date", DATE, "+5877611-06-21Z", "22008"),
                value("smallint", Schema.OPTIONAL_INT32_SCHEMA, 70000, "22003"),
                value("char(2)", STRING, "abc", "22001"),
                value("text", STRING, "a\u0000b", "22021"),
                value("mood", STRING, "gloomy", "22P02"),
                value("short", STRING, "abcd", "longer than 3 characters"),
                value("small", Schema.OPTIONAL_INT32_SCHEMA, 0, "23514"));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource
    void refused(String sqlType, Schema schema, Object value, String cause) throws Exception {
        String table = table(sqlType);
        ResolvedTopic thing = tokyo.topic(table, 0, columns("id", Schema.OPTIONAL_INT32_SCHEMA, "v", schema));

        tokyo.sink(tables, thing)
                .opens()
                .receives(thing.row(1, value), thing.row(2, null))
                .stop();

        assertThat(tokyo.rows("SELECT * FROM " + table)).containsExactly("2|null");
        assertThat(tokyo.answers(thing)).contains("\"key\":\"[1]\"", "PARKED", cause);
    }

    @Test
    void generatedColumnsAreLeftToTheDatabaseAndIdentitiesAreKept() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(
                "CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v int,"
                        + " twice int GENERATED ALWAYS AS (v * 2) STORED, thrice int GENERATED ALWAYS AS (v * 3) VIRTUAL)")) {
            ResolvedTopic thing = tokyo.topic(
                    "thing",
                    0,
                    columns(
                            "id", Schema.OPTIONAL_INT64_SCHEMA,
                            "v", Schema.OPTIONAL_INT32_SCHEMA,
                            "twice", Schema.OPTIONAL_INT32_SCHEMA,
                            "not_there_yet", Schema.OPTIONAL_INT32_SCHEMA));
            Tokyo.Sink sink = tokyo.sink(0, thing).opens();

            sink.receives(thing.row(7L, 1, 99, 5));
            sink.receives(thing.row(7L, 2, 99, 5));

            assertThat(tokyo.rows("SELECT * FROM thing")).containsExactly("7|2|4|6");
        }
    }

    @Test
    void aNullIsNotTheColumnsDefault() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable("CREATE TABLE thing (id int PRIMARY KEY, v int DEFAULT 5)")) {
            ResolvedTopic thing = tokyo.topic(
                    "thing",
                    0,
                    columns(
                            "id",
                            Schema.OPTIONAL_INT32_SCHEMA,
                            "v",
                            SchemaBuilder.int32().optional().defaultValue(5).build()));

            tokyo.sink(0, thing).opens().receives(thing.row(1, null));

            assertThat(tokyo.rows("SELECT * FROM thing")).containsExactly("1|null");
        }
    }

    @Test
    void keysOfEveryKindFindTheirRows() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(
                "CREATE TABLE thing (v text, b uuid, a timestamptz(3), c numeric(8,2)," + " PRIMARY KEY (a, b, c))")) {
            ResolvedTopic thing = tokyo.topic(
                    "thing",
                    0,
                    columns(
                            "b", type(Schema.Type.STRING, "io.debezium.data.Uuid"),
                            "a", TIMESTAMPTZ,
                            "c", STRING,
                            "v", STRING));
            Tokyo.Sink sink = tokyo.sink(0, thing).opens();
            String uuid = "0e37df36-f698-11e6-8dd4-cb9ced3df976";

            sink.receives(thing.row(uuid, "2026-01-02T03:04:05.250Z", "1.50", "first"));
            sink.receives(thing.row(uuid, "2026-01-02T03:04:05.250Z", "1.50", "second"));

            assertThat(tokyo.rows("SELECT v FROM thing")).containsExactly("second");
        }
    }

    @Test
    void aColumnIsFoundByItsTrueName() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable("CREATE TABLE thing (id int PRIMARY KEY, \"Mixed Case\" text)")) {
            ResolvedTopic thing = tokyo.topic(
                    "thing", 0, columns("id", Schema.OPTIONAL_INT32_SCHEMA, "Mixed_Case", textNamed("Mixed Case")));

            tokyo.sink(0, thing).opens().receives(thing.row(1, "x"));

            assertThat(tokyo.rows("SELECT * FROM thing")).containsExactly("1|x");
        }
    }

    @Test
    void namesThatTopicsCannotSpellAreFound() throws Exception {
        try (Tokyo tokyo =
                Tokyo.withTable("CREATE TABLE \"Order Line\" (\"the \"\"id\"\"\" text PRIMARY KEY, \"Größe\" text)")) {
            ResolvedTopic line = tokyo.topic(
                    "Order_Line", 0, columns("the__id_", textNamed("the \"id\""), "Gr__e", textNamed("Größe")));

            tokyo.sink(0, line).opens().receives(line.row("1", "XL"));

            assertThat(tokyo.rows("SELECT * FROM \"Order Line\"")).containsExactly("1|XL");
        }
    }

    private static String table(String sqlType) throws Exception {
        tables++;
        tokyo.write("CREATE TABLE thing_" + tables + " (id int PRIMARY KEY, v " + sqlType + ")");
        return "thing_" + tables;
    }

    private static Schema list(Schema element) {
        return SchemaBuilder.array(element).optional().build();
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Arguments value(String sqlType, Schema schema, Object value, String expected) {
        return Arguments.of(sqlType, schema, value, expected);
    }
}
