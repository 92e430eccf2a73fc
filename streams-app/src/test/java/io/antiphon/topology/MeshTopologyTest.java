package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.api.Progress;
import io.antiphon.config.Configuration;
import io.antiphon.config.Granularity;
import io.antiphon.config.Kafka;
import io.antiphon.config.Ports;
import io.antiphon.config.Retention;
import io.antiphon.config.Secret;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.config.Truncate;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.Contracts;
import io.antiphon.contract.DeadLetter;
import io.antiphon.contract.UnwrittenOutcome;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.Topics;
import io.antiphon.time.HybridTime;
import io.antiphon.topology.SiteLog.Customer;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshTopologyTest {
    private static final long MINUTE = 60_000_000L;
    private static final long NOON = 1_800_000_000_000_000L;
    private static final Customer ADA = new Customer(1, "Ada", "Berlin");
    private static final Customer ADA_IN_TOKYO = new Customer(1, "Ada", "Tokyo");
    private static final Customer ADA_IN_ROME = new Customer(1, "Ada", "Rome");
    private static final Customer GRACE = new Customer(1, "Grace", "Berlin");

    @TempDir
    Path state;

    private final Topics topics = new Topics(SiteLog.MESH);
    private final Schemas schemas = new RegistrySchemas(new MockSchemaRegistryClient());
    private final SiteId berlinSite = new SiteId("berlin");
    private final SiteId tokyoSite = new SiteId("tokyo");
    private Configuration mesh;
    private Progress progress;
    private TopologyTestDriver driver;
    private SiteLog berlin;
    private SiteLog tokyo;
    private TestOutputTopic<byte[], byte[]> resolved;

    @BeforeEach
    void start() {
        start(meshOf(site("berlin"), site("tokyo")));
    }

    private void start(Configuration configuration) {
        mesh = configuration;
        progress = new Progress(SiteLog.MESH, List.of(berlinSite, tokyoSite), List.of(SiteLog.TABLE));
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        driver = new TopologyTestDriver(
                MeshTopology.of(mesh, schemas, endsFrom(0), progress), settings, Instant.ofEpochMilli(NOON / 1000));
        berlin = log("berlin");
        tokyo = log("tokyo");
        resolved = driver.createOutputTopic(
                topics.resolved(SiteLog.TABLE), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Starts again, with nothing remembered. */
    private void startsWith(Truncate truncate) {
        driver.close();
        start(meshThat(truncate));
    }

    private static Configuration meshThat(Truncate truncate) {
        return meshOf(
                new Table(SiteLog.TABLE, Granularity.COLUMN, List.of(), truncate, Set.of(), false),
                site("berlin"),
                site("tokyo"));
    }

    private static Configuration meshOf(Site... sites) {
        return meshOf(Table.of(SiteLog.TABLE), sites);
    }

    private static Configuration meshOf(Table table, Site... sites) {
        return new Configuration(
                SiteLog.MESH,
                List.of(sites),
                List.of(table),
                new Kafka.Cluster("none:1", "http://none:2", null),
                Ports.anyFree(),
                3,
                Duration.ofSeconds(10),
                2,
                2,
                Retention.usual());
    }

    private static TopicEnds endsFrom(long oldest) {
        return new TopicEnds() {
            @Override
            public long lastVersion(String resolvedTopic, int partition) {
                return 0;
            }

            @Override
            public long oldest(String topic, int partition) {
                return oldest;
            }
        };
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void anInsertIsResolvedAndHeldByItsAuthorOnly() {
        berlin.inserted(ADA, NOON);

        GenericRecord row = theOneResolved();
        assertThat(row.get("row")).hasToString("{\"id\": 1, \"name\": \"Ada\", \"city\": \"Berlin\"}");
        assertThat(meta(row, "kind")).hasToString("ROW");
        assertThat(meta(row, "version")).isEqualTo(NOON);
        assertThat(meta(row, "author")).hasToString("berlin");
        assertThat(meta(row, "sites"))
                .hasToString(
                        "[{\"site\": \"berlin\", \"holds\": true, \"last_local\": " + NOON + ", \"snapshot\": false}]");
    }

    @Test
    void anEchoIsAnAcknowledgementAndAChangeAfterItFollowsWhateverTheClocksSay() {
        berlin.inserted(ADA, NOON);
        long version = version(theOneResolved());
        tokyo.echoed(null, ADA, version, NOON - MINUTE);
        assertThat(resolved.isEmpty()).isTrue();

        tokyo.updated(ADA, ADA_IN_TOKYO, NOON - MINUTE);

        GenericRecord row = theOneResolved();
        assertThat(row.get("row")).hasToString("{\"id\": 1, \"name\": \"Ada\", \"city\": \"Tokyo\"}");
        assertThat(version(row)).isGreaterThan(version);
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void concurrentChangesOfDifferentColumnsAreBothKept() {
        bothHaveAda();
        berlin.updated(ADA, GRACE, NOON + 1);
        tokyo.updated(ADA, ADA_IN_TOKYO, NOON + 2);

        List<GenericRecord> rows = allResolved();
        assertThat(rows.get(1).get("row")).hasToString("{\"id\": 1, \"name\": \"Grace\", \"city\": \"Tokyo\"}");
        assertThat(meta(rows.get(1), "sites")).asString().doesNotContain("\"holds\": true");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void ofConcurrentChangesOfOneColumnTheLaterWinsAndTheLoserIsLogged() {
        bothHaveAda();
        berlin.updated(ADA, ADA_IN_ROME, NOON + MINUTE / 10);
        tokyo.updated(ADA, ADA_IN_TOKYO, NOON + 1);

        GenericRecord outcome = allResolved().get(1);
        assertThat(outcome.get("row")).hasToString("{\"id\": 1, \"name\": \"Ada\", \"city\": \"Rome\"}");
        Conflict conflict = conflicts().get(0);
        assertThat(conflict.getKind()).isEqualTo("UPDATE_UPDATE");
        assertThat(conflict.getColumns()).containsExactly("city");
        assertThat(conflict.getWinner()).isEqualTo("berlin");
        assertThat(conflict.getStanding().getSeen()).isEqualTo(NOON);
        assertThat(conflict.getIncoming().getSeen()).isEqualTo(NOON);
        assertThat(conflict.getIncoming().getSite()).isEqualTo("tokyo");
        assertThat(conflict.getIncoming().getRow()).contains("Tokyo");
        assertThat(conflict.getOutcome()).contains("Rome");
    }

    @Test
    void aClockThatIsADayAheadDoesNotWinForADay() {
        bothHaveAda();
        tokyo.capturing(NOON).updated(ADA, ADA_IN_TOKYO, NOON + 24 * 60 * MINUTE);
        berlin.updated(ADA, ADA_IN_ROME, NOON + MINUTE);

        assertThat(allResolved().get(1).get("row")).asString().contains("Rome");
    }

    @Test
    void aDeleteIsForgottenWhenEverySiteHasAnsweredIt() {
        bothHaveAda();
        berlin.deleted(ADA, NOON + 5);
        GenericRecord deletion = theOneResolved();
        assertThat(meta(deletion, "kind")).hasToString("DELETED");

        tokyo.echoed(ADA, null, version(deletion), NOON + 6);
        tokyo.answered(version(deletion));
        assertThat(resolved.isEmpty()).isTrue();
        berlin.answered(version(deletion));

        TestRecord<byte[], byte[]> last = resolved.readRecord();
        assertThat(last.key()).isEqualTo(SiteLog.key(1));
        assertThat(last.value()).isNull();
        assertThat(stateOfRow()).isNull();
    }

    @Test
    void aRecordThatComesAgainChangesNothing() {
        byte[] first = berlin.inserted(ADA, NOON);
        berlin.updated(ADA, GRACE, NOON + 1);
        assertThat(allResolved()).hasSize(2);

        berlin.again(SiteLog.key(1), first);

        assertThat(resolved.isEmpty()).isTrue();
    }

    @Test
    void aRefusalByAChangeThereNeverWasSendsTheRowAgainNamingItsTime() {
        berlin.inserted(ADA, NOON);
        long version = version(theOneResolved());
        tokyo.answered(version, new UnwrittenOutcome("[1]", version, "REFUSED", NOON - 7, null, null, null, List.of()));

        GenericRecord again = theOneResolved();
        assertThat(version(again)).isGreaterThan(version);
        assertThat(meta(again, "sites")).asString().contains("\"last_local\": " + (NOON - 7));
    }

    @Test
    void snapshotsThatAgreeAreNoConflictAndSnapshotsThatDifferAreOne() {
        berlin.found(ADA, NOON);
        tokyo.found(ADA, NOON + 1);
        assertThat(allResolved()).hasSize(1);
        assertThat(conflicts()).isEmpty();

        berlin.found(new Customer(2, "Alan", "Berlin"), NOON);
        tokyo.found(new Customer(2, "Alan", "Tokyo"), NOON + 1);
        assertThat(allResolved().get(1).get("row")).asString().contains("Berlin");
        assertThat(conflicts()).singleElement().extracting(Conflict::getKind).isEqualTo("SNAPSHOT");
    }

    @Test
    void aSnapshotRowNeverBeatsANewerChange() {
        bothHaveAda();
        berlin.updated(ADA, GRACE, NOON + 1);
        long version = version(theOneResolved());
        tokyo.found(ADA, NOON + MINUTE);

        List<GenericRecord> again = allResolved();
        assertThat(again)
                .allSatisfy(row -> assertThat(row.get("row")).asString().contains("Grace"));
        assertThat(conflicts()).isEmpty();
        assertThat(version).isPositive();
    }

    @Test
    void aMarkerIsForwardedIntoItsOwnPartitionBehindWhatWasDecidedBefore() {
        berlin.inserted(ADA, NOON);
        berlin.asked(7);

        List<GenericRecord> records = allResolved();
        assertThat(meta(records.get(1), "marker")).hasToString("7@berlin");
        assertThat(version(records.get(1))).isGreaterThan(version(records.get(0)));
    }

    @Test
    void whatCannotBeReadGoesToTheDeadLettersAndTheNextRecordIsResolved() {
        berlin.again(SiteLog.key(9), "no avro".getBytes(StandardCharsets.UTF_8));
        berlin.inserted(ADA, NOON);

        assertThat(deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getStage()).isEqualTo("RESOLVE");
            assertThat(letter.getKey()).isEqualTo("[9]");
        });
        assertThat(allResolved()).hasSize(1);
    }

    @Test
    void aTruncateIsSaidAndWhatItsSiteWritesToTheTableWaitsWhileOthersGoOn() {
        bothHaveAda();
        berlin.truncated(NOON + 1);
        berlin.inserted(GRACE, NOON + 2);

        assertThat(deadLetters())
                .singleElement()
                .extracting(DeadLetter::getStage)
                .isEqualTo("TRUNCATE");
        assertThat(resolved.isEmpty()).isTrue();
        assertThat(held()).contains("truncated at berlin").contains("truncate: delete");

        tokyo.updated(ADA, ADA_IN_TOKYO, NOON + 3);
        assertThat(theOneResolved().get("row")).asString().contains("Tokyo");
    }

    @Test
    void aTruncateThatMeantItDeletesTheRowsItsSiteHadAndNoOther() {
        startsWith(Truncate.DELETE);
        bothHaveAda();
        tokyo.inserted(new Customer(2, "Alan", "Tokyo"), NOON);
        theOneResolved();

        berlin.truncated(NOON + 1);
        berlin.inserted(GRACE, NOON + 2);

        List<GenericRecord> rows = allResolved();
        assertThat(rows).hasSize(2);
        assertThat(meta(rows.get(0), "kind")).hasToString("DELETED");
        assertThat(rows.get(1).get("row")).asString().contains("Grace");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void aTruncateThatWasAMistakeBringsItsSiteTheRowsBack() {
        startsWith(Truncate.RESTORE);
        bothHaveAda();
        berlin.truncated(NOON + 1);

        GenericRecord row = theOneResolved();
        assertThat(row.get("row")).asString().contains("Ada");
        assertThat(meta(row, "sites")).asString().contains("tokyo").doesNotContain("berlin");
    }

    @Test
    void whatWaitedForAPersonGoesOnInItsOrderWhenThePersonHasSaid() {
        byte[] inserted = berlin.inserted(ADA, NOON);
        byte[] truncated = berlin.truncated(NOON + 1);
        byte[] again = berlin.inserted(GRACE, NOON + 2);
        TaskStore store = emptyStore();
        var context = context(store);
        var holding = new ResolveProcessor(mesh, schemas, endsFrom(0), progress);
        holding.init(context);
        process(holding, context, inserted, 0);
        process(holding, context, truncated, 1);
        process(holding, context, again, 2);
        store.flushCache();
        holding.close();
        context.resetForwards();

        var deleting = new ResolveProcessor(meshThat(Truncate.DELETE), schemas, endsFrom(0), progress);
        deleting.init(context);
        for (int turn = 0; turn < 3; turn++) {
            context.scheduledPunctuators()
                    .get(context.scheduledPunctuators().size() - 1)
                    .getPunctuator()
                    .punctuate(NOON / 1000);
        }

        assertThat(context.forwarded())
                .extracting(one -> generic(one.record().value().value()))
                .extracting(record -> meta(record, "kind").toString())
                .containsExactly("DELETED", "ROW");
        assertThat(held()).isNull();
    }

    @Test
    void aRowThatARepeatedSnapshotDoesNotShowIsDeleted() {
        berlin.found(ADA, NOON);
        berlin.found(new Customer(2, "Alan", "Berlin"), NOON);
        berlin.hasShownAll();
        berlin.updated(ADA, ADA_IN_ROME, NOON + 1);
        assertThat(allResolved()).hasSize(3);

        berlin.isReadAgain();
        berlin.found(ADA_IN_ROME, NOON + 2);
        assertThat(resolved.isEmpty()).isTrue();
        berlin.hasShownAll();

        GenericRecord row = theOneResolved();
        assertThat(meta(row, "kind")).hasToString("DELETED");
        assertThat(row.get("row")).asString().contains("\"id\": 2");
    }

    @Test
    void aSnapshotThatBeginsAnewAfterACrashDeletesWhatOnlyItsFirstTryShowed() {
        berlin.found(ADA, NOON);
        berlin.found(new Customer(2, "Alan", "Berlin"), NOON);
        allResolved();

        berlin.isReadAgain();
        berlin.found(ADA, NOON + 1);
        berlin.hasShownAll();

        assertThat(meta(theOneResolved(), "kind")).hasToString("DELETED");
    }

    @Test
    void ofRowsThatSitesBeganWithTheOneWrittenLastStands() {
        tokyo.foundOf(NOON - 5, ADA_IN_TOKYO, NOON);
        berlin.foundOf(NOON - 9, ADA, NOON);

        assertThat(allResolved()).hasSize(2).last().satisfies(row -> assertThat(row.get("row"))
                .asString()
                .contains("Tokyo"));
        assertThat(conflicts()).singleElement().satisfies(conflict -> assertThat(List.of(
                        conflict.getStanding().getWriteTime(),
                        conflict.getIncoming().getWriteTime()))
                .containsExactly(NOON - 5, NOON - 9));
    }

    @Test
    void aRowThatIsWithdrawnIsSentAgainAndOneThatStandsBackIsLoggedOnce() {
        berlin.inserted(ADA, NOON);
        long first = version(theOneResolved());
        berlin.echoed(ADA, null, HybridTime.WITHDRAWN, NOON + 1);

        GenericRecord again = theOneResolved();
        assertThat(version(again)).isGreaterThan(first);
        assertThat(again.get("row")).hasToString("{\"id\": 1, \"name\": \"Ada\", \"city\": \"Berlin\"}");

        var claimed = new UnwrittenOutcome(
                "[1]", version(again), "CLAIMED", null, "23505: taken", "[0]", "{\"id\": 0}", List.of("name"));
        tokyo.answered(version(again), claimed);
        berlin.answered(version(again), claimed);
        assertThat(conflicts()).singleElement().satisfies(conflict -> {
            assertThat(conflict.getKind()).hasToString("UNIQUE");
            assertThat(conflict.getOtherKey()).hasToString("[0]");
            assertThat(conflict.getIncoming().getSite()).hasToString("berlin");
            assertThat(conflict.getOutcome()).asString().contains("Ada");
        });
        assertThat(resolved.isEmpty()).isTrue();
    }

    @Test
    void aRowIsHeldWhileARecordOfItCannotBeReadAndTheNextOneShowsWhatThatLeft() {
        bothHaveAda();
        berlin.writesUnreadably(1);
        assertThat(held()).contains("berlin");
        tokyo.updated(ADA, GRACE, NOON + 1);
        long version = version(theOneResolved());
        berlin.answered(
                version, new UnwrittenOutcome("[1]", version, "REFUSED", NOON + 3, null, null, null, List.of()));
        assertThat(resolved.isEmpty())
                .as("what stands at berlin is not known, so it is not overwritten")
                .isTrue();

        berlin.updated(ADA_IN_ROME, new Customer(1, "Adele", "Rome"), NOON + 4);

        List<GenericRecord> rows = allResolved();
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).get("row")).hasToString("{\"id\": 1, \"name\": \"Grace\", \"city\": \"Rome\"}");
        assertThat(rows.get(1).get("row")).hasToString("{\"id\": 1, \"name\": \"Adele\", \"city\": \"Rome\"}");
        assertThat(held()).isNull();
    }

    @Test
    void anAcknowledgedRowsStateIsItsRowAndLittleMore() {
        bothHaveAda();
        berlin.answered(NOON);
        tokyo.answered(NOON);
        int row = "Ada".length() + "Berlin".length() + 6;

        assertThat(stateOfRow()).hasSizeLessThanOrEqualTo(row + 64 + 24 * 2);
    }

    @Test
    void aRowThatWasBusyIsSmallAgainWhenEverySiteHasAcknowledgedIt() {
        bothHaveAda();
        for (int i = 1; i < 20; i += 2) {
            berlin.updated(ADA, GRACE, NOON + i);
            berlin.updated(GRACE, ADA, NOON + i + 1);
        }
        List<GenericRecord> all = allResolved();
        long version = version(all.get(all.size() - 1));
        tokyo.echoed(ADA, ADA, version, NOON + MINUTE);
        berlin.answered(version);
        tokyo.answered(version);
        int row = "Ada".length() + "Berlin".length() + 6;

        assertThat(stateOfRow()).hasSizeLessThanOrEqualTo(row + 64 + 24 * 2);
    }

    @Test
    void ofVeryManyDeletedRowsAllAreForgottenWithoutAnotherRecord() {
        int rows = 2_500;
        for (int id = 1; id <= rows; id++) {
            var customer = new Customer(id, "Ada", "Berlin");
            berlin.inserted(customer, NOON + id);
            berlin.deleted(customer, NOON + rows + id);
        }
        List<GenericRecord> all = allResolved();
        long version = version(all.get(all.size() - 1));
        berlin.answered(version);
        tokyo.answered(version);
        assertThat(statesOfRows()).isPositive();

        for (int turn = 0; turn < 3; turn++) {
            driver.advanceWallClockTime(Duration.ofSeconds(1));
        }

        assertThat(statesOfRows()).isZero();
    }

    @Test
    void anotherMeshInTheSameDatabaseIsAnApplicationToUs() {
        bothHaveAda();
        tokyo.writtenBy("antiphon_shop_tokyo_eu_x_0").echoed(ADA, ADA_IN_TOKYO, NOON + 9, NOON + 5);

        assertThat(theOneResolved().get("row")).asString().contains("Tokyo");
    }

    @Test
    void aColumnThatARowIsNotKnownToHaveIsNotWrittenAsNull() {
        bothHaveAda();
        berlin.addsPoints(5);
        berlin.inserted(new Customer(2, "Alan", "Berlin"), NOON);
        tokyo.inserted(new Customer(3, "Grace", "Tokyo"), NOON);
        tokyo.updated(ADA, ADA_IN_TOKYO, NOON + 1);

        List<GenericRecord> rows = allResolved();
        assertThat(rows.get(0).get("row")).asString().contains("\"points\": 5");
        assertThat(rows.subList(1, 3))
                .allSatisfy(row -> assertThat(row.get("row")).asString().doesNotContain("points"));
    }

    @Test
    void aColumnsValueThatCameWithTheColumnOutlivesUpdatesOfOthers() {
        bothHaveAda();
        berlin.addsPoints(5);
        berlin.updated(ADA, GRACE, NOON + 1);
        berlin.updated(GRACE, ADA, NOON + 2);

        assertThat(allResolved()).hasSize(2).allSatisfy(row -> {
            assertThat(row.get("row")).asString().contains("\"points\": 5");
            assertThat(meta(row, "sites")).asString().contains("\"site\": \"berlin\", \"holds\": true");
        });
    }

    @Test
    void anEchoFromBeforeAColumnCameIsStillAnAcknowledgement() {
        berlin.inserted(ADA, NOON);
        long first = version(theOneResolved());
        berlin.updated(ADA, GRACE, NOON + 1);
        long second = version(theOneResolved());
        tokyo.addsPoints(5);
        tokyo.echoed(null, ADA, first, NOON + MINUTE);
        tokyo.echoed(ADA, GRACE, second, NOON + MINUTE);

        assertThat(resolved.isEmpty()).isTrue();
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void aDatabaseThatIsSetUpAnewIsHeardThoughItsLogBeginsAgain() {
        bothHaveAda();
        tokyo.beginsAgain();
        tokyo.found(ADA, NOON);
        allResolved();
        tokyo.updated(ADA, ADA_IN_TOKYO, NOON + 1);

        assertThat(theOneResolved().get("row")).asString().contains("Tokyo");
    }

    @Test
    void theFirstTransactionAfterASnapshotIsNotHeardTwiceWhenCaptureRepeatsIt() {
        berlin.found(new Customer(7, "Alan", "Berlin"), NOON);
        long snapshot = berlin.position();
        berlin.after(0, snapshot);
        berlin.inserted(ADA, NOON + 1);
        berlin.updated(ADA, ADA_IN_ROME, NOON + 1);
        allResolved();

        berlin.after(snapshot + 1, snapshot);
        berlin.inserted(ADA, NOON + 1);
        berlin.updated(ADA, ADA_IN_ROME, NOON + 1);
        berlin.updated(ADA_IN_ROME, GRACE, NOON + 1);

        assertThat(theOneResolved().get("row")).asString().contains("Grace");
    }

    @Test
    void whatWasNotCommittedIsReadAgainWhenATaskIsRevived() {
        byte[] change = berlin.inserted(ADA, NOON);
        var processor = new ResolveProcessor(mesh, schemas, endsFrom(0), progress);
        for (int time = 0; time < 2; time++) {
            var context = context(emptyStore());
            processor.init(context);
            process(processor, context, change, 0);

            assertThat(context.forwarded()).hasSize(1);
            processor.close();
        }
    }

    @Test
    void whatWasCommittedIsNotTakenInTwiceWhenATaskIsRevived() {
        byte[] change = berlin.inserted(ADA, NOON);
        TaskStore store = emptyStore();
        var context = context(store);
        for (int time = 0; time < 2; time++) {
            var processor = new ResolveProcessor(mesh, schemas, endsFrom(0), progress);
            processor.init(context);
            process(processor, context, change, time);
            store.flushCache();
            processor.close();
        }

        assertThat(context.forwarded()).hasSize(1);
    }

    @Test
    void recordsThatExpireWhileTheResolverIsBehindAreMissed() {
        byte[] change = berlin.inserted(ADA, NOON);
        var processor = new ResolveProcessor(mesh, schemas, endsFrom(7), progress);
        var context = context(emptyStore());
        processor.init(context);
        process(processor, context, change, 0);
        process(processor, context, change, 1);

        assertThatThrownBy(() -> process(processor, context, change, 7))
                .isInstanceOf(CapturedGapException.class)
                .hasMessageContaining("captured records 2 to 6");
    }

    @Test
    void aRegistryThatIsAwayIsTroubleAndNoDeadLetter() {
        byte[] change = berlin.inserted(ADA, NOON);
        Schemas away = new Schemas() {
            @Override
            public Schema withId(int id) {
                return schemas.withId(id);
            }

            @Override
            public int idOf(String subject, Schema schema) {
                throw new RegistrySchemas.RegistryUnavailableException("answer", new IOException("away"));
            }
        };
        var processor = new ResolveProcessor(mesh, away, endsFrom(0), progress);
        var context = context(emptyStore());
        processor.init(context);

        assertThatThrownBy(() -> process(processor, context, change, 0))
                .isInstanceOf(RegistrySchemas.RegistryUnavailableException.class);
        assertThat(context.forwarded()).isEmpty();
    }

    @Test
    void rowsThatASiteWroteCanBeReadWhenItHasLeftTheMesh() {
        byte[] inTokyo = tokyo.inserted(ADA, NOON);
        byte[] inBerlin = berlin.updated(ADA, GRACE, NOON + 1);
        var rome = new SiteId("rome");
        var all = new Progress(SiteLog.MESH, List.of(berlinSite, rome, tokyoSite), List.of(SiteLog.TABLE));
        var before =
                new ResolveProcessor(meshOf(site("berlin"), site("rome"), site("tokyo")), schemas, endsFrom(0), all);
        TaskStore store = emptyStore();
        var context = context(store);
        before.init(context);
        context.setRecordMetadata(topics.captured(tokyoSite, SiteLog.TABLE), 0, 0);
        before.process(new Record<>(SiteLog.key(1), inTokyo, NOON / 1000));
        store.flushCache();
        var after = new ResolveProcessor(meshOf(site("berlin"), site("rome")), schemas, endsFrom(0), all);
        after.init(context);
        process(after, context, inBerlin, 0);

        String golden = topics.resolved(SiteLog.TABLE);
        assertThat(context.forwarded())
                .extracting(one -> one.record().value().topic())
                .startsWith(golden, golden);
    }

    @Test
    void aNumberThatIsWiderAtOneSiteIsNotCutThere() {
        Schema small = SchemaBuilder.builder()
                .intBuilder()
                .prop("connect.type", "int16")
                .endInt();
        var narrow = RowLayout.of(SiteLog.MESH, SiteLog.TABLE, rowOf(small));
        RowLayout wide = narrow.with(rowOf(Schema.create(Schema.Type.INT)));

        assertThat(wide.type(0).getProp("connect.type")).isNull();
        assertThat(wide.with(rowOf(small))).isSameAs(wide);
    }

    private static Schema rowOf(Schema column) {
        return SchemaBuilder.record("Value")
                .fields()
                .name("count")
                .type(column)
                .noDefault()
                .endRecord();
    }

    private void process(
            ResolveProcessor processor, MockProcessorContext<byte[], Outgoing> context, byte[] change, long offset) {
        context.setRecordMetadata(topics.captured(berlinSite, SiteLog.TABLE), 0, offset);
        processor.process(new Record<>(SiteLog.key(1), change, NOON / 1000));
    }

    private MockProcessorContext<byte[], Outgoing> context(TaskStore store) {
        var context = new MockProcessorContext<byte[], Outgoing>();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
        return context;
    }

    private static TaskStore emptyStore() {
        return new TaskStore(Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(MeshTopology.ROWS), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build());
    }

    private void bothHaveAda() {
        berlin.inserted(ADA, NOON);
        tokyo.echoed(null, ADA, version(theOneResolved()), NOON);
    }

    private @Nullable String held() {
        return progress.heldFor(SiteLog.TABLE);
    }

    private long statesOfRows() {
        KeyValueStore<Bytes, byte[]> rows = ((TaskStore) driver.getStateStore(MeshTopology.ROWS)).wrapped();
        long count = 0;
        try (var all = rows.all()) {
            while (all.hasNext()) {
                count += all.next().key.get()[0] == 2 ? 1 : 0;
            }
        }
        return count;
    }

    private byte[] stateOfRow() {
        KeyValueStore<Bytes, byte[]> rows = ((TaskStore) driver.getStateStore(MeshTopology.ROWS)).wrapped();
        ByteBuffer key =
                ByteBuffer.allocate(6).put((byte) 2).putShort((short) 0).put(SiteLog.key(1));
        return rows.get(Bytes.wrap(key.array()));
    }

    private GenericRecord theOneResolved() {
        List<GenericRecord> all = allResolved();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private List<GenericRecord> allResolved() {
        return resolved.readValuesToList().stream().map(this::generic).toList();
    }

    private List<Conflict> conflicts() {
        return contracts(topics.conflicts(), Conflict.getClassSchema(), Conflict.class);
    }

    private List<DeadLetter> deadLetters() {
        return contracts(topics.deadLetters(), DeadLetter.getClassSchema(), DeadLetter.class);
    }

    private <T extends SpecificRecordBase> List<T> contracts(String topic, Schema schema, Class<T> type) {
        var output = driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var all = new ArrayList<T>();
        for (byte[] value : output.readValuesToList()) {
            try {
                all.add(Contracts.reader(schema, type)
                        .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null)));
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

    private static long version(GenericRecord record) {
        return (Long) meta(record, "version");
    }

    private static Object meta(GenericRecord record, String field) {
        return ((GenericRecord) record.get("meta")).get(field);
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
}
