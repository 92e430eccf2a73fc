package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.api.Progress;
import io.antiphon.config.Configuration;
import io.antiphon.config.Deletes;
import io.antiphon.config.Granularity;
import io.antiphon.config.Kafka;
import io.antiphon.config.MergeRule;
import io.antiphon.config.Ports;
import io.antiphon.config.Retention;
import io.antiphon.config.Secret;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.config.Truncate;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.Topics;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every merge and every delete policy through the real topology, its store and its records. */
class MergesTopologyTest {
    private static final long NOON = 1_800_000_000_000_000L;
    private static final SiteId BERLIN = new SiteId("berlin");
    private static final SiteId TOKYO = new SiteId("tokyo");
    private static final Map<String, MergeRule> MERGES = Map.of(
            "balance", MergeRule.of(MergeRule.ADD_DELTAS),
            "credit", new MergeRule(MergeRule.ADD_DELTAS, List.of(), BigDecimal.ZERO, BigDecimal.valueOf(100)),
            "best", MergeRule.of(MergeRule.MAX),
            "least", MergeRule.of(MergeRule.MIN),
            "opened_by", MergeRule.of(MergeRule.FIRST_WRITER_WINS),
            "branch", new MergeRule(MergeRule.SITE_PRIORITY, List.of(BERLIN, TOKYO), null, null),
            "tags", MergeRule.of(MergeRule.UNION),
            "items", MergeRule.of(MergeRule.UNION),
            "settings", MergeRule.of(MergeRule.JSON_MERGE));

    @TempDir
    Path state;

    private final Topics topics = new Topics(AccountLog.MESH);
    private final Schemas schemas = new RegistrySchemas(new MockSchemaRegistryClient());
    private TopologyTestDriver driver;
    private AccountLog berlin;
    private AccountLog tokyo;
    private TestOutputTopic<byte[], byte[]> resolved;

    /** Both sites change a column of the row, neither knowing of the other; berlin first. */
    record Contest(
            String column,
            @Nullable Object stood,
            @Nullable Object inBerlin,
            @Nullable Object inTokyo,
            @Nullable Object merged) {}

    static List<Contest> contests() {
        return List.of(
                new Contest("balance", "100.00", "105.00", "97.50", "102.50"),
                new Contest("balance", null, "5.00", "2.50", "7.50"),
                new Contest("balance", "10.00", null, "12.00", "2.00"),
                new Contest("credit", 10, 2, 4, 0),
                new Contest("credit", 90, 98, 97, 100),
                new Contest("best", 5, 9, 7, 9),
                new Contest("best", 5, null, 3, 3),
                new Contest(
                        "least",
                        "2026-01-01T00:00:00Z",
                        "2026-01-01T00:00:01.5Z",
                        "2026-01-01T00:00:01Z",
                        "2026-01-01T00:00:01Z"),
                new Contest("opened_by", "Ada", "Grace", "Mary", "Grace"),
                new Contest("branch", "main", "Berlin", "Tokyo", "Berlin"),
                new Contest("tags", "{a}", "{a,\"b c\"}", "{a,d}", "{\"b c\",a,d}"),
                new Contest("tags", "{}", "{10}", "{9}", "{9,10}"),
                new Contest("items", "[1]", "[1, [2, 3]]", "[1, \"x, y\"]", "[1, \"x, y\", [2, 3]]"),
                new Contest(
                        "settings",
                        "{\"m\": 1, \"long\": {\"x\": 1}}",
                        "{\"m\": 2, \"long\": {\"x\": 1}}",
                        "{\"a\": \"}\", \"m\": 1}",
                        "{\"a\": \"}\", \"m\": 2}"));
    }

    @ParameterizedTest
    @MethodSource("contests")
    void whatBothSitesWroteBecomesOneWhicheverArrivesFirst(Contest contest) {
        start(MERGES, Deletes.LAST_WRITER_WINS);
        bothHave(row(contest.column, contest.stood));

        berlin.writes(row(contest.column, contest.inBerlin), NOON + 1_000_000);
        tokyo.writes(row(contest.column, contest.inTokyo), NOON + 2_000_000);
        Object one = value(contest.column);
        stop();
        start(MERGES, Deletes.LAST_WRITER_WINS);
        bothHave(row(contest.column, contest.stood));
        tokyo.writes(row(contest.column, contest.inTokyo), NOON + 2_000_000);
        berlin.writes(row(contest.column, contest.inBerlin), NOON + 1_000_000);

        assertThat(value(contest.column)).isEqualTo(contest.merged).isEqualTo(one);
    }

    @ParameterizedTest
    @MethodSource("contests")
    void aChangeThatHasSeenWhatWasMergedStands(Contest contest) {
        start(MERGES, Deletes.LAST_WRITER_WINS);
        bothHave(row(contest.column, contest.stood));
        tokyo.writes(row(contest.column, contest.inTokyo), NOON + 2_000_000);
        berlin.writes(row(contest.column, contest.inBerlin), NOON + 1_000_000);
        GenericRecord merged = last();
        berlin.echoes(row(contest.column, contest.merged), version(merged));

        if (!contest.column.equals("credit")) {
            berlin.writes(row(contest.column, contest.stood), NOON + 3_000_000);

            assertThat(value(contest.column)).isEqualTo(contest.stood);
        }
    }

    @Test
    void aSumGoesOnBelowItsBound() {
        start(MERGES, Deletes.LAST_WRITER_WINS);
        bothHave(row("credit", 10));
        berlin.writes(row("credit", 2), NOON + 1);
        tokyo.writes(row("credit", 4), NOON + 2);
        tokyo.echoes(row("credit", 0), version(last()));

        tokyo.writes(row("credit", 7), NOON + 3);

        assertThat(value("credit")).isEqualTo(3);
    }

    @Test
    void aRowThatOneSiteDeletesAndTheOtherChangesIsGoneWhereDeletesWin() {
        assertThat(deletedAndChanged(Deletes.DELETE_WINS, true)).isEqualTo("DELETED");
        stop();
        assertThat(deletedAndChanged(Deletes.DELETE_WINS, false)).isEqualTo("DELETED");
    }

    @Test
    void aRowThatOneSiteDeletesAndTheOtherChangesStaysWhereUpdatesWin() {
        assertThat(deletedAndChanged(Deletes.UPDATE_WINS, true)).isEqualTo("ROW");
        stop();
        assertThat(deletedAndChanged(Deletes.UPDATE_WINS, false)).isEqualTo("ROW");
    }

    private String deletedAndChanged(Deletes deletes, boolean deletedLast) {
        start(Map.of(), deletes);
        bothHave(row("branch", "main"));
        if (deletedLast) {
            tokyo.writes(row("branch", "Tokyo"), NOON + 1);
            berlin.writes(null, NOON + 2);
        } else {
            berlin.writes(null, NOON + 1);
            tokyo.writes(row("branch", "Tokyo"), NOON + 2);
        }
        return ((GenericRecord) last().get("meta")).get("kind").toString();
    }

    @Test
    void aMergeThatDoesNotFitItsColumnIsRefusedNamingBoth() {
        start(Map.of("branch", MergeRule.of(MergeRule.ADD_DELTAS)), Deletes.LAST_WRITER_WINS);

        assertThatThrownBy(() -> berlin.writes(row("branch", "main"), NOON))
                .rootCause()
                .hasMessage(
                        "table public.account: column branch is TEXT, and merge 'add-deltas' needs whole or decimal numbers: choose another merge for it");
    }

    private void bothHave(Map<String, Object> row) {
        berlin.writes(row, NOON);
        tokyo.echoes(row, version(last()));
    }

    private static Map<String, Object> row(String column, @Nullable Object value) {
        var row = new HashMap<String, Object>();
        row.put(column, value);
        return row;
    }

    private void start(Map<String, MergeRule> merges, Deletes deletes) {
        var table = new Table(
                AccountLog.TABLE,
                Granularity.COLUMN,
                List.of(),
                MergeRule.lastWriterWins(),
                merges,
                deletes,
                Truncate.HOLD,
                Set.of(),
                false);
        var mesh = new Configuration(
                AccountLog.MESH,
                List.of(site(BERLIN), site(TOKYO)),
                List.of(table),
                new Kafka.Cluster("none:1", "http://none:2", null),
                Ports.anyFree(),
                1,
                Duration.ofSeconds(10),
                1,
                1,
                Retention.usual());
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        TopicEnds ends = new TopicEnds() {
            @Override
            public long oldest(String topic, int partition) {
                return 0;
            }

            @Override
            public long lastVersion(String topic, int partition) {
                return 0;
            }
        };
        driver = new TopologyTestDriver(
                MeshTopology.of(
                        mesh,
                        schemas,
                        ends,
                        new Progress(AccountLog.MESH, List.of(BERLIN, TOKYO), List.of(AccountLog.TABLE))),
                settings,
                Instant.ofEpochMilli(NOON / 1000));
        berlin = log(BERLIN);
        tokyo = log(TOKYO);
        resolved = driver.createOutputTopic(
                topics.resolved(AccountLog.TABLE), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private AccountLog log(SiteId site) {
        return new AccountLog(
                site.text(),
                schemas,
                driver.createInputTopic(
                        topics.captured(site, AccountLog.TABLE), new ByteArraySerializer(), new ByteArraySerializer()));
    }

    private static Site site(SiteId id) {
        return new Site(id, "jdbc:postgresql://" + id + ":5432/shop", "antiphon", new Secret("x"));
    }

    private @Nullable Object value(String column) {
        Object value = ((GenericRecord) last().get("row")).get(column);
        return value instanceof CharSequence ? value.toString() : value;
    }

    private GenericRecord last() {
        List<byte[]> all = resolved.readValuesToList();
        byte[] value = all.get(all.size() - 1);
        Schema schema = schemas.withId(ByteBuffer.wrap(value, 1, 4).getInt());
        try {
            return new GenericDatumReader<GenericRecord>(schema)
                    .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long version(GenericRecord record) {
        return (Long) ((GenericRecord) record.get("meta")).get("version");
    }
}
