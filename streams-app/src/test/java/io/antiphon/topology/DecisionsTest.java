package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.antiphon.contract.Decision;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.Topics;
import io.antiphon.topology.SiteLog.Customer;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conflicts of a table that parks them wait for a person, and what the person decides stands everywhere. */
class DecisionsTest {
    private static final long NOON = 1_800_000_000_000_000L;
    private static final long MINUTE = 60_000_000L;
    private static final Customer ADA = new Customer(1, "Ada", "London");
    private static final Customer ADA_IN_BERLIN = new Customer(1, "Ada", "Berlin");
    private static final Customer ADA_IN_TOKYO = new Customer(1, "Ada", "Tokyo");

    @TempDir
    Path state;

    private final Topics topics = new Topics(SiteLog.MESH);
    private final Schemas schemas = new RegistrySchemas(new MockSchemaRegistryClient());
    private final ContractWriter contracts = new ContractWriter(schemas);
    private TopologyTestDriver driver;
    private SiteLog berlin;
    private SiteLog tokyo;
    private TestOutputTopic<byte[], byte[]> resolved;
    private TestOutputTopic<byte[], byte[]> conflicts;
    private TestInputTopic<byte[], byte[]> decisions;
    private Configuration mesh;
    private Progress progress;

    @BeforeEach
    void start() {
        mesh = new Configuration(
                SiteLog.MESH,
                List.of(site("berlin"), site("tokyo")),
                List.of(new Table(SiteLog.TABLE, Granularity.COLUMN, List.of(), Truncate.HOLD, Set.of(), true)),
                new Kafka.Cluster("none:1", "http://none:2", null),
                Ports.anyFree(),
                3,
                Duration.ofSeconds(10),
                2,
                2,
                Retention.usual());
        var progress =
                new Progress(SiteLog.MESH, List.of(new SiteId("berlin"), new SiteId("tokyo")), List.of(SiteLog.TABLE));
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        driver = new TopologyTestDriver(
                MeshTopology.of(mesh, schemas, new EmptyTopics(), progress),
                settings,
                Instant.ofEpochMilli(NOON / 1000));
        berlin = log("berlin");
        tokyo = log("tokyo");
        resolved = driver.createOutputTopic(
                topics.resolved(SiteLog.TABLE), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        conflicts =
                driver.createOutputTopic(topics.conflicts(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        decisions = driver.createInputTopic(topics.decisions(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void aConflictIsOpenWithBothSidesAndTheProvisionalWinnerServes() {
        Conflict conflict = berlinAndTokyoDisagree();

        assertThat(conflict.getState()).isEqualTo("OPEN");
        assertThat(conflict.getId()).isEqualTo("public.customer/[1]/" + conflict.getOutcomeVersion());
        assertThat(conflict.getColumns()).containsExactly("city");
        assertThat(conflict.getStanding().getSite()).isEqualTo("berlin");
        assertThat(conflict.getStanding().getRow()).contains("Berlin");
        assertThat(conflict.getIncoming().getRow()).contains("Tokyo");
        assertThat(conflict.getOutcome()).contains("Tokyo");
        assertThat(lastRow()).contains("Tokyo");
    }

    @Test
    void theSideThatIsKeptIsSentToEverySiteAndTheConflictIsClosed() {
        Conflict open = berlinAndTokyoDisagree();

        decides(open, "d1", "berlin", null);

        Conflict closed = theOneConflict();
        assertThat(closed.getState()).isEqualTo("CLOSED");
        assertThat(closed.getDecision()).isEqualTo("d1");
        assertThat(closed.getDecidedBy()).isEqualTo("grace");
        assertThat(closed.getReplaces()).isEqualTo(open.getId());
        assertThat(closed.getStanding().getRow()).contains("Tokyo");
        assertThat(closed.getOutcome()).contains("Berlin");
        GenericRecord row = lastResolved();
        assertThat(row.get("row")).hasToString("{\"id\": 1, \"name\": \"Ada\", \"city\": \"Berlin\"}");
        assertThat(((GenericRecord) row.get("meta")).get("author")).hasToString("people");
    }

    @Test
    void whatOtherColumnsBecameMeanwhileStaysWhenASideIsKept() {
        everybodyHasAda();
        berlin.updated(ADA, new Customer(1, "Grace", "Berlin"), NOON + MINUTE);
        tokyo.updated(ADA, ADA_IN_TOKYO, NOON + 2 * MINUTE);
        Conflict open = theOneConflict();

        decides(open, "d1", "tokyo", null);

        assertThat(lastRow()).contains("Grace", "Tokyo");
    }

    @Test
    void aRowOfThePersonsOwnStandsAndWhatItLeavesOutStays() {
        Conflict open = berlinAndTokyoDisagree();

        decides(open, "d1", null, "{\"city\": \"Rome\"}");

        assertThat(theOneConflict().getState()).isEqualTo("CLOSED");
        assertThat(lastRow()).isEqualTo("{\"id\": 1, \"name\": \"Ada\", \"city\": \"Rome\"}");
    }

    @Test
    void aRowThatIsNoneIsRefusedWithTheReason() {
        Conflict open = berlinAndTokyoDisagree();

        decides(open, "d1", null, "{\"town\": \"Rome\"}");
        assertThat(refusal()).isEqualTo("there is no column 'town': the columns are id, name, city");
        decides(open, "d2", null, "{\"city\": 7}");
        assertThat(refusal()).isEqualTo("column 'city' takes a text, not 7");
        decides(open, "d3", null, "[7]");
        assertThat(refusal()).startsWith("a row is a JSON object");
        decides(open, "d4", "auckland", null);
        assertThat(refusal()).isEqualTo("that site wrote nothing of this conflict: keep berlin or tokyo");
        decides(open, "d5", "berlin", null);
        assertThat(theOneConflict().getState()).isEqualTo("CLOSED");
    }

    @Test
    void aDecisionOnARowThatMovedOnIsRefusedWithWhatChanged() {
        Conflict open = berlinAndTokyoDisagree();
        tokyo.updated(ADA_IN_TOKYO, new Customer(1, "Ada", "Kyoto"), NOON + 3 * MINUTE);

        decides(open, "d1", "berlin", null);

        String cause = refusal();
        assertThat(cause).contains("has changed since it was shown", "Kyoto", "written by tokyo");
        assertThat(lastRow()).contains("Kyoto");
        String current = cause.substring(cause.indexOf("public.customer/"));
        decidesOn(current, "d2", "berlin", null);
        assertThat(theOneConflict().getState()).isEqualTo("CLOSED");
        assertThat(lastRow()).contains("Berlin");
    }

    @Test
    void aSecondDecisionIsRefusedAndChangesNothing() {
        Conflict open = berlinAndTokyoDisagree();
        decides(open, "d1", "berlin", null);
        theOneConflict();
        resolved.readValuesToList();

        decides(open, "d1", "berlin", null);
        decides(open, "d2", "tokyo", null);

        assertThat(conflicts().stream().map(Conflict::getState)).containsExactly("REFUSED", "REFUSED");
        assertThat(resolved.isEmpty()).isTrue();
    }

    @Test
    void aDecisionIsNotBeatenByWhatItHadSeenButALaterChangeThatDidNotSeeItOpensAnew() {
        Conflict open = berlinAndTokyoDisagree();
        decides(open, "d1", "berlin", null);
        theOneConflict();

        tokyo.updated(ADA_IN_TOKYO, new Customer(1, "Ada", "Osaka"), NOON + 90 * MINUTE);

        Conflict anew = theOneConflict();
        assertThat(anew.getState()).isEqualTo("OPEN");
        assertThat(anew.getStanding().getSite()).isEqualTo("people");
        assertThat(anew.getReplaces()).isNull();
    }

    @Test
    void aFurtherConflictJoinsTheOneThatIsOpen() {
        Conflict open = berlinAndTokyoDisagree();
        berlin.updated(ADA_IN_BERLIN, new Customer(1, "Ada", "Bonn"), NOON + 4 * MINUTE);

        Conflict joined = theOneConflict();

        assertThat(joined.getState()).isEqualTo("OPEN");
        assertThat(joined.getReplaces()).isEqualTo(open.getId());
        decides(open, "d1", "berlin", null);
        assertThat(refusal()).contains(joined.getId());
    }

    @Test
    void aDeletedRowIsKeptUntilItsConflictIsDecidedHoweverStableItIs() {
        everybodyHasAda();
        berlin.updated(ADA, ADA_IN_BERLIN, NOON + MINUTE);
        tokyo.deleted(ADA, NOON + 2 * MINUTE);
        Conflict open = theOneConflict();
        assertThat(open.getOutcome()).isNull();
        berlin.echoed(ADA_IN_BERLIN, null, open.getOutcomeVersion(), NOON + 3 * MINUTE);
        berlin.answered(open.getOutcomeVersion());
        tokyo.answered(open.getOutcomeVersion());

        decides(open, "d1", "berlin", null);

        assertThat(theOneConflict().getState()).isEqualTo("CLOSED");
        assertThat(lastRow()).contains("Ada", "Berlin");
    }

    @Test
    void theDeleteThatIsKeptDeletesAndIsForgottenLikeAnyOther() {
        everybodyHasAda();
        tokyo.deleted(ADA, NOON + MINUTE);
        berlin.updated(ADA, ADA_IN_BERLIN, NOON + 2 * MINUTE);
        Conflict open = theOneConflict();
        assertThat(open.getOutcome()).contains("Berlin");

        decides(open, "d1", "tokyo", null);

        Conflict closed = theOneConflict();
        assertThat(closed.getOutcome()).isNull();
        long version = closed.getOutcomeVersion();
        berlin.echoed(ADA_IN_BERLIN, null, version, NOON + 3 * MINUTE);
        berlin.answered(version);
        tokyo.answered(version);
        assertThat(resolved.readValuesToList()).last().isNull();
    }

    @Test
    void whatIsOpenIsInTheStoreAndCanBeLookedUp() {
        Conflict open = berlinAndTokyoDisagree();
        var rows = new StoredRows(mesh, schemas, partition -> store().wrapped());

        Map<String, Object> row = rows.row("public.customer", "[1]").orElseThrow();

        assertThat(row).containsEntry("author", "tokyo").containsEntry("version", open.getOutcomeVersion());
        assertThat(row.get("open"))
                .isEqualTo(Map.of("id", open.getId(), "decideOn", open.getId(), "sides", List.of("berlin", "tokyo")));
        assertThat(row.get("sites")).asString().contains("berlin={", "tokyo={", "holds=true", "holds=false");
        assertThat(rows.row("public.customer", "[2]")).isEmpty();
        assertThat(rows.row("public.nothing", "[1]")).isEmpty();
    }

    @Test
    void aTableThatParksNoMoreForgetsWhatWasOpenAndRefusesToDecideIt() {
        everybodyHasAda();
        berlin.updated(ADA, ADA_IN_BERLIN, NOON + MINUTE);
        tokyo.deleted(ADA, NOON + 2 * MINUTE);
        Conflict open = theOneConflict();
        var rows = new RowStore(store(), List.of(new SiteId("berlin")), List.of(SiteLog.TABLE));
        assertThat(rows.allOpen(SiteLog.TABLE)).containsExactly(SiteLog.key(1));
        rows.noTombstone(SiteLog.TABLE, open.getOutcomeVersion());

        var answers = new Answers();
        var task = new TableTask(Table.of(SiteLog.TABLE), mesh, 0, rows, schemas, new EmptyTopics(), progress, answers);

        assertThat(rows.allOpen(SiteLog.TABLE)).isEmpty();
        assertThat(rows.tombstones(SiteLog.TABLE, 0, Long.MAX_VALUE, 9)).hasSize(1);
        task.decide(decision(open.getId(), "d1", "berlin", null), NOON);
        assertThat(answers.conflicts).singleElement().satisfies(answer -> assertThat(answer.getCause())
                .startsWith("conflicts of public.customer do not wait for a person"));
    }

    @Test
    void theVersionOfADecisionIsNotGivenAgainAfterARestart() {
        Conflict open = berlinAndTokyoDisagree();
        decides(open, "d1", "berlin", null);
        long given = theOneConflict().getOutcomeVersion();
        List<SiteId> sites = List.of(new SiteId("berlin"), new SiteId("tokyo"));
        var rows = new RowStore(store(), sites, List.of(SiteLog.TABLE));

        var restarted = TableProgress.read(Objects.requireNonNull(rows.progress(SiteLog.TABLE)), rows.sites(), sites);

        assertThat(restarted.lastVersion()).isEqualTo(given);
    }

    @Test
    void aDecisionThatCannotBeReadGoesToTheDeadLetters() {
        berlinAndTokyoDisagree();

        decisions.pipeInput(SiteLog.key(1), new byte[] {1, 2, 3});

        var letters = driver.createOutputTopic(
                topics.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        assertThat(contract(letters.readValue(), DeadLetter.class).getCause()).contains("wire format");
    }

    private TaskStore store() {
        return (TaskStore) driver.getStateStore(MeshTopology.ROWS);
    }

    private void everybodyHasAda() {
        berlin.inserted(ADA, NOON);
        tokyo.echoed(null, ADA, NOON, NOON + 10);
        berlin.answered(NOON);
        tokyo.answered(NOON);
        resolved.readValuesToList();
    }

    private Conflict berlinAndTokyoDisagree() {
        everybodyHasAda();
        berlin.updated(ADA, ADA_IN_BERLIN, NOON + MINUTE);
        tokyo.updated(ADA, ADA_IN_TOKYO, NOON + 2 * MINUTE);
        return theOneConflict();
    }

    private void decides(Conflict on, String id, @Nullable String keep, @Nullable String row) {
        decidesOn(on.getId(), id, keep, row);
    }

    private void decidesOn(String conflict, String id, @Nullable String keep, @Nullable String row) {
        Decision decision = decision(conflict, id, keep, row);
        decisions.pipeInput(SiteLog.key(1), contracts.write(topics.decisions(), decision), (NOON + 60 * MINUTE) / 1000);
    }

    private static Decision decision(String conflict, String id, @Nullable String keep, @Nullable String row) {
        return new Decision(
                id,
                conflict,
                "public",
                "customer",
                "[1]",
                Long.parseLong(conflict.substring(conflict.lastIndexOf('/') + 1)),
                keep,
                row,
                "grace");
    }

    private String refusal() {
        Conflict answer = theOneConflict();
        assertThat(answer.getState()).isEqualTo("REFUSED");
        return String.valueOf(answer.getCause());
    }

    private Conflict theOneConflict() {
        List<Conflict> all = conflicts();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private List<Conflict> conflicts() {
        return conflicts.readValuesToList().stream()
                .map(value -> contract(value, Conflict.class))
                .toList();
    }

    private String lastRow() {
        return String.valueOf(lastResolved().get("row"));
    }

    private GenericRecord lastResolved() {
        List<byte[]> values = resolved.readValuesToList();
        return read(values.get(values.size() - 1));
    }

    private GenericRecord read(byte[] value) {
        try {
            return new GenericDatumReader<GenericRecord>(schemas.withId(WireFormat.schemaId(value)))
                    .read(null, WireFormat.body(value, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T extends SpecificRecordBase> T contract(byte[] value, Class<T> type) {
        try {
            return Contracts.reader(schemas.withId(WireFormat.schemaId(value)), type)
                    .read(null, WireFormat.body(value, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Site site(String name) {
        return new Site(new SiteId(name), "jdbc:postgresql://" + name + ":5432/shop", "antiphon", new Secret(""));
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

    private static final class Answers implements TableTask.Out {
        private final List<Conflict> conflicts = new ArrayList<>();

        @Override
        public void resolved(byte[] key, Outgoing record) {}

        @Override
        public void conflict(byte[] key, Conflict conflict) {
            conflicts.add(conflict);
        }

        @Override
        public void deadLetter(
                SiteId site,
                io.antiphon.mesh.TableId table,
                String stage,
                @Nullable String key,
                long version,
                String cause) {}

        @Override
        public void says(io.antiphon.key.RowKey to, io.antiphon.contract.MoveLetter letter) {
            throw new AssertionError("a letter to " + to);
        }

        @Override
        public void unreadable(
                SiteId site,
                io.antiphon.mesh.TableId table,
                byte @Nullable [] key,
                byte[] value,
                long offset,
                String cause) {}
    }

    private static final class EmptyTopics implements TopicEnds {
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
