package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.api.Progress;
import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.config.Ports;
import io.antiphon.config.Retention;
import io.antiphon.config.Secret;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.Contracts;
import io.antiphon.contract.MoveLetter;
import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.Topics;
import io.antiphon.topology.SiteLog.Customer;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows whose keys are changed, through the topology, its topics and its store. */
class MovesTopologyTest {
    private static final long NOON = 1_800_000_000_000_000L;
    private static final Customer ADA = new Customer(1, "Ada", "Berlin");
    private static final int JOURNEY = 17;

    @TempDir
    Path state;

    private final Topics topics = new Topics(SiteLog.MESH);
    private final Schemas schemas = new RegistrySchemas(new MockSchemaRegistryClient());
    private TopologyTestDriver driver;
    private SiteLog berlin;
    private SiteLog tokyo;
    private TestOutputTopic<byte[], byte[]> resolved;
    private final Map<String, GenericRecord> rows = new LinkedHashMap<>();
    private long lastVersion;

    @BeforeEach
    void start() {
        var mesh = new Configuration(
                SiteLog.MESH,
                List.of(site("berlin"), site("tokyo")),
                List.of(Table.of(SiteLog.TABLE)),
                new Kafka.Cluster("none:1", "http://none:2", null),
                Ports.anyFree(),
                3,
                Duration.ofSeconds(10),
                2,
                2,
                Retention.usual());
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        driver = new TopologyTestDriver(
                MeshTopology.of(
                        mesh,
                        schemas,
                        new NoEnds(),
                        new Progress(
                                SiteLog.MESH,
                                mesh.sites().stream().map(Site::id).toList(),
                                List.of(SiteLog.TABLE))),
                settings,
                Instant.ofEpochMilli(NOON / 1000));
        berlin = log("berlin");
        tokyo = log("tokyo");
        resolved = driver.createOutputTopic(
                topics.resolved(SiteLog.TABLE), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        berlin.inserted(ADA, NOON);
        rows();
        tokyo.echoed(null, ADA, lastVersion, NOON);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void anUpdateOfARowThatWasMovedReachesItUnderItsNewKey() {
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);
        tokyo.updated(ADA, new Customer(1, "Ada", "Tokyo"), NOON + 5);

        assertThat(rows()).containsExactly(Map.entry("[2]", "{\"id\": 2, \"name\": \"Ada\", \"city\": \"Tokyo\"}"));
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void theSameInTheOtherOrder() {
        tokyo.updated(ADA, new Customer(1, "Ada", "Tokyo"), NOON + 5);
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);

        assertThat(rows()).containsExactly(Map.entry("[2]", "{\"id\": 2, \"name\": \"Ada\", \"city\": \"Tokyo\"}"));
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void ofTwoMovesOfOneRowTheLaterStandsAndTheConflictNamesBothKeys() {
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);
        berlin.updated(new Customer(2, "Ada", "Berlin"), new Customer(2, "Ada B.", "Berlin"), NOON + 11);
        tokyo.moved(ADA, new Customer(3, "Ada", "Berlin"), NOON + 20);

        assertThat(rows()).containsExactly(Map.entry("[3]", "{\"id\": 3, \"name\": \"Ada B.\", \"city\": \"Berlin\"}"));
        assertThat(conflicts()).singleElement().satisfies(conflict -> {
            assertThat(conflict.getKind()).isEqualTo("MOVE_MOVE");
            assertThat(conflict.getWinner()).isEqualTo("tokyo");
            assertThat(conflict.getStanding().getMovedTo()).isEqualTo("[2]");
            assertThat(conflict.getIncoming().getMovedTo()).isEqualTo("[3]");
        });
    }

    @Test
    void aLateUpdateFollowsARowThroughSeveralKeys() {
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);
        berlin.moved(new Customer(2, "Ada", "Berlin"), new Customer(3, "Ada", "Berlin"), NOON + 11);
        tokyo.updated(ADA, new Customer(1, "Ada", "Tokyo"), NOON + 5);

        assertThat(rows()).containsExactly(Map.entry("[3]", "{\"id\": 3, \"name\": \"Ada\", \"city\": \"Tokyo\"}"));
    }

    @Test
    void aLaterDeleteThatDidNotKnowOfTheMoveHasLostAndIsAConflict() {
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);
        tokyo.deleted(ADA, NOON + 20);

        assertThat(rows()).containsExactly(Map.entry("[2]", "{\"id\": 2, \"name\": \"Ada\", \"city\": \"Berlin\"}"));
        assertThat(conflicts()).singleElement().satisfies(conflict -> {
            assertThat(conflict.getKind()).isEqualTo("UPDATE_DELETE");
            assertThat(conflict.getWinner()).isEqualTo("berlin");
            assertThat(conflict.getStanding().getMovedTo()).isEqualTo("[2]");
        });
    }

    @Test
    void anEarlierDeleteThatTheMoveDidNotKnowOfHasLostToo() {
        tokyo.deleted(ADA, NOON + 5);
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);

        assertThat(rows()).containsExactly(Map.entry("[2]", "{\"id\": 2, \"name\": \"Ada\", \"city\": \"Berlin\"}"));
        assertThat(conflicts()).singleElement().extracting(Conflict::getKind).isEqualTo("DELETE_UPDATE");
    }

    @Test
    void whatTheMoveItselfWroteStandsOverALaterUpdateUnderTheFormerKeyWhichIsAConflict() {
        berlin.moved(ADA, new Customer(2, "Ada L.", "Berlin"), NOON + 10);
        tokyo.updated(ADA, new Customer(1, "Ada T.", "Tokyo"), NOON + 20);

        assertThat(rows()).containsExactly(Map.entry("[2]", "{\"id\": 2, \"name\": \"Ada L.\", \"city\": \"Tokyo\"}"));
        assertThat(conflicts()).singleElement().satisfies(conflict -> {
            assertThat(conflict.getKey()).isEqualTo("[2]");
            assertThat(conflict.getColumns()).containsExactly("name");
            assertThat(conflict.getIncoming().getRow()).contains("Ada T.");
        });
    }

    @Test
    void aRowThatComesToAKeySomebodyElseInsertedTakesItAndTheOtherIsInTheConflictLog() {
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);
        tokyo.inserted(new Customer(2, "Grace", "Tokyo"), NOON + 20);

        assertThat(rows()).containsExactly(Map.entry("[2]", "{\"id\": 2, \"name\": \"Ada\", \"city\": \"Berlin\"}"));
        assertThat(conflicts()).singleElement().satisfies(conflict -> {
            assertThat(conflict.getKind()).isEqualTo("FORMER_LIFE");
            assertThat(conflict.getIncoming().getRow()).contains("Grace");
        });
    }

    @Test
    void nothingIsRememberedOfAMoveThatEverySiteHasAnswered() {
        berlin.moved(ADA, new Customer(2, "Ada", "Berlin"), NOON + 10);
        assertThat(journeys()).isEqualTo(2);
        rows();
        tokyo.echoed(ADA, null, lastVersion, NOON + 30);
        tokyo.echoed(null, new Customer(2, "Ada", "Berlin"), lastVersion, NOON + 30);
        tokyo.answered(lastVersion);
        berlin.answered(lastVersion);

        assertThat(journeys()).isZero();
        assertThat(letters()).extracting(MoveLetter::getKind).containsExactly("CLOSED");
        assertThat(resolved.readKeyValuesToList())
                .as("the tombstone of the former key")
                .anyMatch(record -> record.value == null && new RowKey("[1]").equals(RowKey.fromBytes(record.key)));
    }

    /** The resolved rows there are, and what was last resolved. */
    private Map<String, String> rows() {
        resolved.readKeyValuesToList().forEach(record -> {
            String key = RowKey.fromBytes(record.key).text();
            if (record.value == null) {
                rows.remove(key);
                return;
            }
            GenericRecord row = generic(record.value);
            lastVersion = (Long) ((GenericRecord) row.get("meta")).get("version");
            rows.put(key, row);
        });
        var there = new LinkedHashMap<String, String>();
        rows.forEach((key, row) -> {
            if ("ROW".equals(((GenericRecord) row.get("meta")).get("kind").toString())) {
                there.put(key, row.get("row").toString());
            }
        });
        return there;
    }

    private int journeys() {
        int count = 0;
        try (KeyValueIterator<Bytes, byte[]> all =
                ((TaskStore) driver.getStateStore(MeshTopology.ROWS)).wrapped().all()) {
            while (all.hasNext()) {
                count += all.next().key.get()[0] == JOURNEY ? 1 : 0;
            }
        }
        return count;
    }

    private List<Conflict> conflicts() {
        return contracts(topics.conflicts(), Conflict.getClassSchema(), Conflict.class);
    }

    private List<MoveLetter> letters() {
        return contracts(topics.letters(), MoveLetter.getClassSchema(), MoveLetter.class);
    }

    private <T extends SpecificRecordBase> List<T> contracts(String topic, Schema schema, Class<T> type) {
        var all = new ArrayList<T>();
        for (byte[] value : driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()) {
            try {
                all.add(Contracts.reader(schema, type).read(null, WireFormat.body(value, null)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all;
    }

    private GenericRecord generic(byte[] value) {
        Schema schema = schemas.withId(ByteBuffer.wrap(value, 1, 4).getInt());
        try {
            return new GenericDatumReader<GenericRecord>(schema)
                    .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SiteLog log(String site) {
        return new SiteLog(
                site,
                schemas,
                driver.createInputTopic(
                        topics.captured(new SiteId(site), SiteLog.TABLE),
                        new ByteArraySerializer(),
                        new ByteArraySerializer()));
    }

    private static Site site(String name) {
        return new Site(new SiteId(name), "jdbc:postgresql://" + name + ":5432/shop", "antiphon", new Secret("x"));
    }

    private static final class NoEnds implements TopicEnds {
        @Override
        public long lastVersion(String resolvedTopic, int partition) {
            return 0;
        }

        @Override
        public long oldest(String topic, int partition) {
            return 0;
        }
    }
}
