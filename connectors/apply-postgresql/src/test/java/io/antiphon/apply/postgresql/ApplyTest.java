package io.antiphon.apply.postgresql;

import static io.antiphon.apply.postgresql.ResolvedTopic.columns;
import static io.antiphon.apply.postgresql.ResolvedTopic.holds;
import static io.antiphon.apply.postgresql.ResolvedTopic.knows;
import static io.antiphon.apply.postgresql.ResolvedTopic.knowsFromSnapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.antiphon.time.HybridTime;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ApplyTest {
    private static final Schema CUSTOMER =
            columns("id", Schema.OPTIONAL_INT32_SCHEMA, "name", Schema.OPTIONAL_STRING_SCHEMA);
    private static final String DDL = "CREATE TABLE customer (id int PRIMARY KEY, name text)";

    @Test
    void rowsMarkAndPositionAreCommittedTogether() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            assertThat(sink.sought).containsEntry(customer.partition(), 0L);

            sink.receives(customer.row(1, "Ann"), customer.row(2, "Bob"), customer.row(1, "Anna"));

            assertThat(tokyo.rows("SELECT * FROM customer ORDER BY id")).containsExactly("1|Anna", "2|Bob");
            assertThat(
                            tokyo.read(
                                    "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM customer UNION ALL SELECT xmin FROM antiphon.position) x"))
                    .isEqualTo("1");
            assertThat(tokyo.read("SELECT o.roname FROM customer c, pg_replication_origin o WHERE c.id = 1"
                            + " AND o.roident = (pg_xact_commit_timestamp_origin(c.xmin)).roident"))
                    .endsWith("_tokyo_0");
            assertThat(
                            tokyo.read(
                                    "SELECT remote_lsn FROM pg_replication_origin_status s JOIN pg_replication_origin o"
                                            + " ON o.roident = s.local_id WHERE o.roname LIKE '%_' || current_database() || '_tokyo_0'"))
                    .isEqualTo(HybridTime.asLogPosition(customer.version()));
            assertThat(tokyo.read(
                            "SELECT epoch, next_offset, version, applied, outcomes, waiting FROM antiphon.position"))
                    .isEqualTo("1|3|" + customer.version() + "|2|[]|[]");
            assertThat(sink.commits().get(customer.partition()).offset()).isEqualTo(3);
        }
    }

    /** Where it is not given up, this never ends. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aLineThatHasGoneMuteIsGivenUpAndWhatWasInHandIsAppliedOnceOverAnother() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL);
                MuteLine line = tokyo.line()) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.over(line).sink(0, customer).opens();
            sink.receives(customer.row(1, "Ann"));
            SinkRecord bob = customer.row(2, "Bob");

            line.goesMute();

            assertThatThrownBy(() -> sink.receives(bob)).isInstanceOf(RetriableException.class);
            await().atMost(2, TimeUnit.MINUTES)
                    .ignoreException(RetriableException.class)
                    .untilAsserted(() -> sink.receives(bob));
            assertThat(tokyo.rows("SELECT * FROM customer ORDER BY id")).containsExactly("1|Ann", "2|Bob");
            assertThat(tokyo.read("SELECT next_offset FROM antiphon.position")).isEqualTo("2");
        }
    }

    @Test
    void theGuardRefusesALocalChangeTheDecisionDidNotKnow() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            sink.receives(customer.row(1, "Ann"), customer.row(2, "Bob"));
            long unseen = tokyo.writes("UPDATE customer SET name = 'local' WHERE id = 1");

            sink.receives(customer.row(1, "resolved"), customer.row(2, "Bobby"));

            assertThat(tokyo.rows("SELECT * FROM customer ORDER BY id")).containsExactly("1|local", "2|Bobby");
            assertThat(tokyo.answers())
                    .isEqualTo("[{\"key\":\"[1]\",\"version\":" + (customer.version() - 1)
                            + ",\"kind\":\"REFUSED\",\"commit_time\":" + unseen + "}]");
        }
    }

    @Test
    void theGuardAdmitsALocalChangeTheDecisionKnew() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            long first = tokyo.writes("INSERT INTO customer VALUES (1, 'local'), (2, 'local')");

            sink.receives(
                    customer.row(List.of(knows("berlin", first), knows("tokyo", first)), 1, "resolved"),
                    customer.row(List.of(knows("tokyo", first + 1)), 2, "resolved"));

            assertThat(tokyo.rows("SELECT * FROM customer ORDER BY id")).containsExactly("1|resolved", "2|local");
        }
    }

    @Test
    void whatTheSiteHoldsIsNotWrittenAgain() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();

            sink.receives(customer.row(1, "old"), customer.row(List.of(holds("tokyo")), 1, "new"));

            assertThat(tokyo.rows("SELECT * FROM customer")).isEmpty();
            assertThat(tokyo.read("SELECT next_offset, version, applied FROM antiphon.position"))
                    .isEqualTo("2|" + customer.version() + "|0");
        }
    }

    @Test
    void deletesAreGuardedAndAbsentOnesAreAnswered() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            sink.receives(customer.row(1, "Ann"), customer.row(2, "Bob"));
            long unseen = tokyo.writes("UPDATE customer SET name = 'local' WHERE id = 2");

            sink.receives(customer.deleted(1), customer.deleted(2), customer.deleted(3));

            assertThat(tokyo.rows("SELECT * FROM customer")).containsExactly("2|local");
            long version = customer.version();
            assertThat(tokyo.answers())
                    .isEqualTo("[{\"key\":\"[2]\",\"version\":" + (version - 1)
                            + ",\"kind\":\"REFUSED\",\"commit_time\":" + unseen + "},"
                            + "{\"key\":\"[3]\",\"version\":" + version + ",\"kind\":\"ABSENT\"}]");
            assertThat(tokyo.read("SELECT applied FROM antiphon.position")).isEqualTo("1");

            sink.receives(customer.deleted(List.of(knows("tokyo", unseen)), 2));
            assertThat(tokyo.rows("SELECT * FROM customer")).isEmpty();
            assertThat(tokyo.answers()).isEqualTo("[]");
        }
    }

    @Test
    void aRowKnownFromTheSnapshotIsAdmittedOnlyIfNotChangedSince() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            tokyo.writes("INSERT INTO customer VALUES (1, 'before'), (2, 'before'), (3, 'before')");
            tokyo.write("UPDATE antiphon.site SET prepared_at = clock_timestamp()");
            tokyo.writes("UPDATE customer SET name = 'after' WHERE id = 2");
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);

            tokyo.sink(0, customer)
                    .opens()
                    .receives(
                            customer.row(List.of(knowsFromSnapshot("tokyo")), 1, "resolved"),
                            customer.row(List.of(knowsFromSnapshot("tokyo")), 2, "resolved"),
                            customer.row(List.of(), 3, "resolved"));

            assertThat(tokyo.rows("SELECT * FROM customer ORDER BY id"))
                    .containsExactly("1|resolved", "2|after", "3|before");
        }
    }

    @Test
    void aLocalChangeThatIsStillOpenIsWaitedForAndThenSeenByTheGuard() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL);
                Connection application = tokyo.newConnection();
                Statement statement = application.createStatement()) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            sink.receives(customer.row(1, "Ann"), customer.row(2, "Bob"));
            application.setAutoCommit(false);
            statement.execute("UPDATE customer SET name = 'open' WHERE id IN (1, 2)");

            var records = List.of(customer.row(1, "resolved"), customer.deleted(2));
            var applying = CompletableFuture.runAsync(() -> sink.receives(records));
            await().until(() -> tokyo.read("SELECT count(*) FROM pg_locks WHERE NOT granted")
                    .equals("1"));
            application.commit();
            applying.get(30, TimeUnit.SECONDS);

            assertThat(tokyo.rows("SELECT * FROM customer ORDER BY id")).containsExactly("1|open", "2|open");
            assertThat(tokyo.answers()).contains("\"key\":\"[1]\"", "\"key\":\"[2]\"", "REFUSED");
        }
    }

    @Test
    void markersArriveWithWhatCameBeforeThem() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 3, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();

            sink.receives(customer.row(1, "Ann"), customer.marker(7, "berlin"));

            assertThat(tokyo.read("SELECT number, site, resolved_partition FROM antiphon.arrival"))
                    .isEqualTo("7|berlin|3");
            assertThat(tokyo.read("SELECT version FROM antiphon.position"))
                    .isEqualTo(Long.toString(customer.version()));
        }
    }

    @Test
    void ofAsitesMarkersTheLatestStands() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 3, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();

            sink.receives(customer.marker(7, "berlin"), customer.marker(9, "berlin"), customer.marker(8, "tokyo"));
            sink.receives(customer.marker(8, "berlin"));

            assertThat(tokyo.rows("SELECT site, number FROM antiphon.arrival ORDER BY site"))
                    .containsExactly("berlin|9", "tokyo|8");
        }
    }

    @Test
    void tombstonesOnlyAdvanceThePosition() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            sink.receives(customer.row(1, "Ann"));

            sink.receives(customer.tombstone(1));

            assertThat(tokyo.rows("SELECT * FROM customer")).containsExactly("1|Ann");
            assertThat(tokyo.read("SELECT next_offset, version FROM antiphon.position"))
                    .isEqualTo("2|" + customer.version());
        }
    }

    @Test
    void triggersAndForeignKeysOfTheSiteDoNotFireAgain() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL
                + "; CREATE TABLE ticket (id int PRIMARY KEY, customer int REFERENCES customer)"
                + "; CREATE TABLE audit (note text)"
                + "; CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN INSERT INTO audit VALUES ('fired'); RETURN NEW; END $$"
                + "; CREATE TRIGGER note BEFORE INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION note()")) {
            ResolvedTopic ticket = tokyo.topic(
                    "ticket", 0, columns("id", Schema.OPTIONAL_INT32_SCHEMA, "customer", Schema.OPTIONAL_INT32_SCHEMA));

            tokyo.sink(0, ticket).opens().receives(ticket.row(1, 77));

            assertThat(tokyo.rows("SELECT * FROM ticket")).containsExactly("1|77");
            assertThat(tokyo.rows("SELECT * FROM audit")).isEmpty();
        }
    }
}
