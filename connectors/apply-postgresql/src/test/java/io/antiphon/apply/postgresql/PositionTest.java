package io.antiphon.apply.postgresql;

import static io.antiphon.apply.postgresql.ResolvedTopic.columns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class PositionTest {
    private static final Schema CUSTOMER =
            columns("id", Schema.OPTIONAL_INT32_SCHEMA, "name", Schema.OPTIONAL_STRING_SCHEMA);
    private static final String DDL = "CREATE TABLE customer (id int PRIMARY KEY, name text)";

    @Test
    void theDatabasesPositionWinsAtStart() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink first = tokyo.sink(0, customer).opens();
            List<SinkRecord> records =
                    List.of(customer.row(1, "Ann"), customer.gap().row(2, "Bob"));
            first.receives(records);
            first.stop();

            Tokyo.Sink second = tokyo.sink(1, customer).opens();

            assertThat(second.sought).containsEntry(customer.partition(), 3L);
            tokyo.write("TRUNCATE customer");
            second.receives(records);
            assertThat(tokyo.rows("SELECT * FROM customer"))
                    .as("not applied twice")
                    .isEmpty();
        }
    }

    @Test
    void aStalledTaskCannotWriteOverItsSuccessor() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink stalled = tokyo.sink(0, customer).opens();
            SinkRecord old = customer.row(1, "old");
            Tokyo.Sink successor = tokyo.sink(1, customer).opens();
            successor.receives(old, customer.row(1, "new"));

            stalled.receives(old);

            assertThat(tokyo.rows("SELECT * FROM customer")).containsExactly("1|new");
            assertThat(stalled.sought).containsEntry(customer.partition(), 2L);
            assertThat(tokyo.read("SELECT epoch, next_offset FROM antiphon.position"))
                    .isEqualTo("2|2");

            SinkRecord next = customer.row(1, "newest");
            stalled.receives(next);
            assertThat(tokyo.rows("SELECT * FROM customer")).containsExactly("1|newest");
            successor.receives(next, customer.row(2, "Bob"));
            assertThat(successor.sought)
                    .as("it missed, and reads on from there")
                    .containsEntry(customer.partition(), 3L);
        }
    }

    @Test
    void aBrokenConnectionNeitherLosesNorRepeats() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            sink.receives(customer.row(1, "Ann"));
            tokyo.write(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'antiphon apply-tokyo-0'"
                            + " AND datname = current_database()");
            List<SinkRecord> records = List.of(customer.row(2, "Bob"));

            assertThatThrownBy(() -> sink.receives(records)).isInstanceOf(RetriableException.class);
            await().ignoreExceptionsInstanceOf(RetriableException.class).until(() -> {
                sink.receives(records);
                return true;
            });
            sink.receives(records);

            assertThat(tokyo.rows("SELECT * FROM customer ORDER BY id")).containsExactly("1|Ann", "2|Bob");
            assertThat(tokyo.read("SELECT epoch, next_offset FROM antiphon.position"))
                    .isEqualTo("1|2");
        }
    }

    @Test
    void whatFailsBeforeTheCommitLeavesNothing() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            tokyo.write("ALTER TABLE antiphon.position RENAME TO gone");
            List<SinkRecord> records = List.of(customer.row(1, "Ann"));

            assertThatThrownBy(() -> sink.receives(records)).isInstanceOf(RetriableException.class);
            assertThat(tokyo.rows("SELECT * FROM customer")).isEmpty();

            tokyo.write("ALTER TABLE antiphon.gone RENAME TO position");
            sink.receives(records);
            assertThat(tokyo.rows("SELECT * FROM customer")).containsExactly("1|Ann");
        }
    }

    @Test
    void aHeldOriginIsWaitedFor() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink holder = tokyo.sink(0, customer).opens();
            Tokyo.Sink waits = tokyo.sink(0, customer).opens();
            List<SinkRecord> records = List.of(customer.row(1, "Ann"));

            assertThatThrownBy(() -> waits.receives(records))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("still held by another session");
            holder.stop();

            await().ignoreExceptionsInstanceOf(RetriableException.class).until(() -> {
                waits.receives(records);
                return !waits.sought.isEmpty();
            });
            waits.receives(records);
            assertThat(tokyo.rows("SELECT * FROM customer")).containsExactly("1|Ann");
        }
    }

    @Test
    void aPositionOfAnotherClusterOrTopicIsRefused() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            tokyo.sink(0, customer).opens().stop();

            assertThatThrownBy(() -> tokyo.setting("antiphon.cluster.id", "cluster-2")
                            .sink(1, customer)
                            .opens())
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("topic id-1 in Kafka cluster cluster-1")
                    .hasMessageContaining("topic id-1 in Kafka cluster cluster-2")
                    .hasMessageContaining("antiphon remove");
        }
    }

    @Test
    void oneTroubledPartitionDoesNotStopTheOthers() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL);
                Connection application = tokyo.newConnection();
                Statement statement = application.createStatement()) {
            ResolvedTopic first = tokyo.topic("customer", 0, CUSTOMER);
            ResolvedTopic second = tokyo.topic("customer", 1, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, first, second).opens();
            sink.receives(first.row(1, "Ann"), second.row(2, "Bob"));
            application.setAutoCommit(false);
            statement.execute("SELECT * FROM customer WHERE id = 1 FOR UPDATE");
            List<SinkRecord> records = List.of(first.row(1, "Anna"), second.row(2, "Bobby"));

            assertThatThrownBy(() -> sink.receives(records))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("lock timeout");

            assertThat(tokyo.rows("SELECT name FROM customer ORDER BY id")).containsExactly("Ann", "Bobby");
            application.rollback();
            sink.receives(records);
            assertThat(tokyo.rows("SELECT name FROM customer ORDER BY id")).containsExactly("Anna", "Bobby");
        }
    }

    @Test
    void aMissingTableIsWaitedFor() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable("SELECT 1")) {
            ResolvedTopic customer = tokyo.topic("customer", 0, CUSTOMER);
            Tokyo.Sink sink = tokyo.sink(0, customer).opens();
            List<SinkRecord> records = List.of(customer.row(1, "Ann"));

            assertThatThrownBy(() -> sink.receives(records))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("table public.customer is not there");
            tokyo.write(DDL);
            sink.receives(records);

            assertThat(tokyo.rows("SELECT * FROM customer")).containsExactly("1|Ann");
        }
    }
}
