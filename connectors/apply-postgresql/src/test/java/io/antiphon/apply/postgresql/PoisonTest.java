package io.antiphon.apply.postgresql;

import static io.antiphon.apply.postgresql.ResolvedTopic.columns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.antiphon.time.HybridTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class PoisonTest {
    private static final Schema ACCOUNT =
            columns("id", Schema.OPTIONAL_INT32_SCHEMA, "email", Schema.OPTIONAL_STRING_SCHEMA);
    private static final String DDL =
            "CREATE TABLE account (id int PRIMARY KEY, email text UNIQUE CHECK (email <> 'bad') NOT NULL)";

    @Test
    void aBadRowIsParkedAndItsNeighboursAreWritten() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.sink(0, account).opens();
            var records = new ArrayList<SinkRecord>();
            for (int id = 1; id <= 100; id++) {
                records.add(account.row(id, id == 37 ? "bad" : id == 64 ? null : "e" + id));
            }
            records.add(account.deleted(500));

            sink.receives(records);

            assertThat(tokyo.read("SELECT count(*) FROM account")).isEqualTo("98");
            assertThat(tokyo.read("SELECT next_offset, applied, waiting FROM antiphon.position"))
                    .isEqualTo("101|98|[]");
            assertThat(tokyo.answers())
                    .contains(
                            "{\"key\":\"[37]\"",
                            "PARKED",
                            "23514: ",
                            "account_email_check",
                            "{\"key\":\"[64]\"",
                            "23502: ")
                    .contains("{\"key\":\"[500]\"", "ABSENT");
        }
    }

    @Test
    void aPlaceholderOfAnUnchangedValueIsNeverWritten() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);

            tokyo.sink(0, account)
                    .opens()
                    .receives(account.row(1, "__debezium_unavailable_value"), account.row(2, "b"));

            assertThat(tokyo.rows("SELECT * FROM account")).containsExactly("2|b");
            assertThat(tokyo.answers()).contains("PARKED", "column email", "unchanged TOAST value");
        }
    }

    @Test
    void aDeferredConstraintIsIsolatedToo() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable("CREATE TABLE account (id int PRIMARY KEY, email text,"
                + " UNIQUE (email) DEFERRABLE INITIALLY DEFERRED)")) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.setting("antiphon.unique.patience.ms", "0")
                    .sink(0, account)
                    .opens();
            List<SinkRecord> first = List.of(account.row(1, "a"));
            assertThatThrownBy(() -> sink.receives(first))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("account_email_key")
                    .hasMessageContaining("ENABLE ALWAYS TRIGGER");
            tokyo.write("ALTER TABLE account ENABLE ALWAYS TRIGGER \""
                    + tokyo.read("SELECT tgname FROM pg_trigger WHERE tgrelid = 'account'::regclass") + "\"");
            sink.receives(first);

            sink.receives(account.row(2, "a"), account.row(3, "c"));

            assertThat(tokyo.rows("SELECT * FROM account ORDER BY id")).containsExactly("1|a", "3|c");
            await().until(() -> {
                sink.receives();
                return tokyo.answers().contains("CLAIMED");
            });
        }
    }

    @Test
    void aUniqueValueIsHandedOverWithinOneBatchInAnyOrder() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.sink(0, account).opens();
            sink.receives(account.row(2, "x"), account.row(3, "y"));

            sink.receives(account.row(2, "z"), account.row(1, "x"), account.deleted(3), account.row(0, "y"));

            assertThat(tokyo.rows("SELECT * FROM account ORDER BY id")).containsExactly("0|y", "1|x", "2|z");
            assertThat(tokyo.answers()).isEqualTo("[]");
        }
    }

    @Test
    void aUniqueValueIsHandedOverBetweenPartitionsWithoutStoppingNeighbours() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic releasing = tokyo.topic("account", 0, ACCOUNT);
            ResolvedTopic taking = tokyo.topic("account", 1, ACCOUNT);
            Tokyo.Sink one = tokyo.sink(0, releasing).opens();
            Tokyo.Sink other = tokyo.sink(1, taking).opens();
            one.receives(releasing.row(1, "x"));
            other.receives(taking.row(4, "d"));
            long before = taking.version();

            other.receives(taking.row(2, "x"), taking.row(3, "c"), taking.marker(7, "berlin"));
            assertThat(tokyo.rows("SELECT * FROM account ORDER BY id")).containsExactly("1|x", "3|c", "4|d");
            assertThat(position(tokyo, 1)).isEqualTo("4|" + before + "|[]|[1, 3]");
            assertThat(tokyo.rows("SELECT * FROM antiphon.arrival"))
                    .as("a marker does not overtake")
                    .isEmpty();

            one.receives(releasing.row(1, "y"));
            await().until(() -> {
                other.receives();
                return tokyo.read("SELECT email FROM account WHERE id = 2").equals("x");
            });

            assertThat(position(tokyo, 1)).isEqualTo("4|" + taking.version() + "|[]|[]");
            assertThat(tokyo.rows("SELECT number FROM antiphon.arrival")).containsExactly("7");
        }
    }

    @Test
    void whatWaitsForAUniqueValueOutlivesItsTask() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic releasing = tokyo.topic("account", 0, ACCOUNT);
            ResolvedTopic taking = tokyo.topic("account", 1, ACCOUNT);
            Tokyo.Sink one = tokyo.sink(0, releasing).opens();
            Tokyo.Sink first = tokyo.sink(1, taking).opens();
            one.receives(releasing.row(1, "x"));
            List<SinkRecord> records = List.of(taking.row(7, "g"), taking.row(2, "x"), taking.row(3, "c"));
            first.receives(records);
            first.stop();
            one.receives(releasing.row(1, "y"));

            Tokyo.Sink second = tokyo.sink(2, taking).opens();
            assertThat(second.sought).containsEntry(taking.partition(), 1L);
            tokyo.write("DELETE FROM account WHERE id = 3");
            second.receives(records.subList(1, 3));

            assertThat(tokyo.rows("SELECT * FROM account ORDER BY id")).containsExactly("1|y", "2|x", "7|g");
            assertThat(position(tokyo, 1)).isEqualTo("3|" + taking.version() + "|[]|[]");
        }
    }

    @Test
    void ofTwoRowsWithOneUniqueValueTheOneWithTheSmallerKeyStands() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.setting("antiphon.unique.patience.ms", "300")
                    .sink(0, account)
                    .opens();
            sink.receives(account.row(1, "x"));

            sink.receives(account.row(2, "x"), account.row(3, "z"));
            await().until(() -> {
                sink.receives();
                return tokyo.answers().contains("CLAIMED");
            });

            assertThat(tokyo.answers())
                    .contains(
                            "{\"key\":\"[2]\"",
                            "23505: ",
                            "account_email_key",
                            "\"holder\":\"[1]\",\"holder_row\":\"{\\\"id\\\": 1, \\\"email\\\": \\\"x\\\"}\"",
                            "\"columns\":[\"email\"]");
            assertThat(tokyo.rows("SELECT * FROM account ORDER BY id")).containsExactly("1|x", "3|z");
            assertThat(position(tokyo, 0)).startsWith("3|" + account.version()).endsWith("|[1]");
        }
    }

    @Test
    void aRowThatStandsBackComesAsSoonAsTheValueIsReleasedAlsoUnderAnotherTask() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.setting("antiphon.unique.patience.ms", "0")
                    .sink(0, account)
                    .opens();
            sink.receives(account.row(1, "x"));
            List<SinkRecord> claiming = List.of(account.row(2, "x"));
            sink.receives(claiming);
            await().until(() -> {
                sink.receives();
                return tokyo.answers().contains("CLAIMED");
            });
            sink.stop();

            Tokyo.Sink next = tokyo.sink(1, account).opens();
            assertThat(next.sought).containsEntry(account.partition(), 1L);
            next.receives(claiming);
            tokyo.write("UPDATE account SET email = 'y' WHERE id = 1");

            await().until(() -> {
                next.receives();
                return tokyo.rows("SELECT * FROM account ORDER BY id").equals(List.of("1|y", "2|x"));
            });
            assertThat(position(tokyo, 0)).endsWith("|[]");
        }
    }

    @Test
    void aRowThatComesFirstTakesThePlaceOfAnotherWhichIsMarkedAsWithdrawn() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            tokyo.write("INSERT INTO account VALUES (7, 'x'), (8, 'y')");
            tokyo.listens("account");
            Tokyo.Sink sink = tokyo.setting("antiphon.unique.patience.ms", "0")
                    .sink(0, account)
                    .opens();

            sink.receives(account.row(1, "x"));
            await().until(() -> {
                sink.receives();
                return tokyo.rows("SELECT * FROM account ORDER BY id").equals(List.of("1|x", "8|y"));
            });

            String ownTransaction = "O%016x D O%016x I".formatted(HybridTime.WITHDRAWN, account.version());
            // this server's log is written a little after its commits
            await().untilAsserted(() -> assertThat(tokyo.hears()).isEqualTo(ownTransaction));
        }
    }

    @Test
    void twoRowsThatSwapAUniqueValueBothEndRightInEitherOrder() throws Exception {
        for (int first : new int[] {0, 1}) {
            try (Tokyo tokyo = Tokyo.withTable(DDL)) {
                ResolvedTopic[] partitions = {tokyo.topic("account", 0, ACCOUNT), tokyo.topic("account", 1, ACCOUNT)};
                tokyo.setting("antiphon.unique.patience.ms", "0");
                Tokyo.Sink[] sinks = {
                    tokyo.sink(0, partitions[0]).opens(),
                    tokyo.sink(1, partitions[1]).opens()
                };
                sinks[0].receives(partitions[0].row(1, "x"));
                sinks[1].receives(partitions[1].row(2, "y"));

                sinks[first].receives(partitions[first].row(1 + first, first == 0 ? "y" : "x"));
                sinks[1 - first].receives(partitions[1 - first].row(2 - first, first == 0 ? "x" : "y"));

                await().until(() -> {
                    sinks[0].receives();
                    sinks[1].receives();
                    return tokyo.rows("SELECT * FROM account ORDER BY id").equals(List.of("1|y", "2|x"));
                });
            }
        }
    }

    @Test
    void uniqueIndexesOfEveryKindSayWhoHoldsTheirValues() throws Exception {
        String ddl = "CREATE TABLE account (id int PRIMARY KEY, email text);"
                + "CREATE UNIQUE INDEX low ON account (lower(email)) WHERE id < 100 OR email IS NULL;"
                + "CREATE UNIQUE INDEX none ON account ((email IS NULL)) NULLS NOT DISTINCT WHERE email IS NULL";
        try (Tokyo tokyo = Tokyo.withTable(ddl)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.setting("antiphon.unique.patience.ms", "0")
                    .sink(0, account)
                    .opens();
            tokyo.write("INSERT INTO account VALUES (1, 'X'), (3, NULL), (200, 'x')");

            sink.receives(account.row(2, "x"), account.row(4, null), account.row(201, "x"));
            await().until(() -> {
                sink.receives();
                return tokyo.answers().contains("CLAIMED");
            });

            assertThat(tokyo.answers())
                    .contains("{\"key\":\"[2]\"", "\"holder\":\"[1]\"", "{\"key\":\"[4]\"", "\"holder\":\"[3]\"");
            assertThat(tokyo.rows("SELECT id FROM account ORDER BY id")).containsExactly("1", "3", "200", "201");
        }
    }

    @Test
    void aNewerOutcomeReplacesTheOneThatWaits() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.sink(0, account).opens();
            sink.receives(account.row(1, "x"));
            sink.receives(account.row(2, "x"));

            sink.receives(account.row(2, "y"), account.deleted(1));
            sink.receives();

            assertThat(tokyo.rows("SELECT * FROM account")).containsExactly("2|y");
            assertThat(position(tokyo, 0)).isEqualTo("4|" + account.version() + "|[]|[]");
        }
    }

    @Test
    void aColumnAddedAtTheSiteIsNoReasonToPark() throws Exception {
        try (Tokyo tokyo = Tokyo.withTable(DDL)) {
            ResolvedTopic account = tokyo.topic("account", 0, ACCOUNT);
            Tokyo.Sink sink = tokyo.sink(0, account).opens();
            sink.receives(account.row(1, "x"));

            tokyo.write("ALTER TABLE account ALTER id TYPE bigint, ADD COLUMN note text");
            sink.receives(account.row(2, "y"));
            tokyo.write("ALTER TABLE account DROP COLUMN email");
            sink.receives(account.row(3, "z"));

            assertThat(tokyo.rows("SELECT id FROM account ORDER BY id")).containsExactly("1", "2", "3");
            assertThat(tokyo.answers()).isEqualTo("[]");
        }
    }

    private static String position(Tokyo tokyo, int partition) throws Exception {
        return tokyo.read(
                "SELECT next_offset, version, outcomes, waiting FROM antiphon.position WHERE resolved_partition = "
                        + partition);
    }
}
