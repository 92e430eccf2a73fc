package io.antiphon.apply.postgresql.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.TableId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorTest {
    private static final MeshName SHOP = new MeshName("shop");
    private static final TableId CUSTOMER = TableId.parse("public.customer");
    private static final String FIT_TABLE = "CREATE TABLE customer (id int PRIMARY KEY, name text)";

    private Server.Database berlin;
    private Server.Database tokyo;

    @BeforeEach
    void twoSites() throws SQLException {
        berlin = Server.berlin().newDatabase();
        tokyo = Server.tokyo().newDatabase();
    }

    @Test
    void fitSitesHaveNoFindings() throws SQLException {
        everywhere(FIT_TABLE);

        assertThat(findings()).isEmpty();
    }

    @Test
    void preparedAndRunningSitesHaveNoFindings() throws SQLException {
        everywhere(FIT_TABLE);
        berlin.site(SHOP, "berlin").prepare(List.of(CUSTOMER));
        tokyo.site(SHOP, "tokyo").prepare(List.of(CUSTOMER));
        berlin.run("SELECT pg_create_logical_replication_slot('antiphon_shop_berlin', 'pgoutput')");
        try {
            assertThat(findings()).isEmpty();
        } finally {
            berlin.site(SHOP, "berlin").remove(false);
        }
    }

    @Nested
    class Tables {
        @ParameterizedTest(name = "{1}")
        @CsvSource(
                delimiter = ';',
                quoteCharacter = '`',
                value = {
                    "CREATE TABLE customer (id int NOT NULL UNIQUE); it has no primary key",
                    "CREATE TABLE customer (id int PRIMARY KEY DEFERRABLE); its primary key is deferrable",
                    "CREATE TABLE customer (id int PRIMARY KEY, name text UNIQUE DEFERRABLE INITIALLY DEFERRED); a constraint of it is deferrable",
                    "CREATE TABLE customer (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2)); a generated column of it is virtual",
                    "CREATE UNLOGGED TABLE customer (id int PRIMARY KEY); it is unlogged",
                    "CREATE TABLE customer (id double precision PRIMARY KEY); its key column id is double precision",
                    "CREATE TABLE customer (id text COLLATE blind PRIMARY KEY); the collation of its key column id",
                    "CREATE TABLE customer (id int PRIMARY KEY)|CREATE TRIGGER audit BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()|ALTER TABLE customer ENABLE ALWAYS TRIGGER audit; its trigger audit fires",
                    "CREATE TABLE customer (id int PRIMARY KEY)|CREATE TRIGGER audit BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()|ALTER TABLE customer ENABLE REPLICA TRIGGER audit; its trigger audit fires for",
                    "CREATE TABLE customer (id int PRIMARY KEY)|CREATE RULE quiet AS ON DELETE TO customer DO INSTEAD NOTHING|ALTER TABLE customer ENABLE ALWAYS RULE quiet; its rule quiet",
                    "CREATE TABLE customer (id int PRIMARY KEY)|CREATE TABLE \"Best\" () INHERITS (customer); tables inherit from it (public.\"Best\")",
                })
        void thatCanBeMendedAreMendedByThePrintedSql(String sql, String problem) throws SQLException {
            String blind = "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
            everywhere(
                    Stream.concat(Stream.of(blind), Stream.of(sql.split("\\|"))).toArray(String[]::new));

            List<Finding> findings = findings();
            assertThat(findings).hasSize(2).allSatisfy(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.BLOCKS);
                assertThat(finding.subject()).isEqualTo("public.customer");
                assertThat(finding.problem()).startsWith(problem);
            });

            run(findings);
            assertThat(findings()).isEmpty();
        }

        @ParameterizedTest(name = "{1}")
        @CsvSource(
                delimiter = ';',
                value = {
                    "CREATE TABLE customer (id int); it has no primary key",
                    "CREATE TABLE customer (id numrange PRIMARY KEY); its key column id is numrange, of which",
                    "CREATE TABLE customer (id int PRIMARY KEY) PARTITION BY RANGE (id); it is partitioned",
                    "CREATE VIEW customer AS SELECT 1 AS id; it is a view",
                    "CREATE MATERIALIZED VIEW customer AS SELECT 1 AS id; it is a materialized view",
                    "CREATE FOREIGN TABLE customer (id int) SERVER somewhere; it is a foreign table",
                })
        void thatCannotBeMendedAreNamed(String sql, String problem) throws SQLException {
            everywhere(
                    "CREATE FOREIGN DATA WRAPPER nothing", "CREATE SERVER somewhere FOREIGN DATA WRAPPER nothing", sql);

            assertThat(findings()).hasSize(2).allSatisfy(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.BLOCKS);
                assertThat(finding.problem()).startsWith(problem);
            });
        }

        @Test
        void whoseTriggersAreAllowedByNameAreFit() throws SQLException {
            everywhere(
                    FIT_TABLE,
                    "CREATE TRIGGER audit BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                    "CREATE TRIGGER other BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                    "ALTER TABLE customer ENABLE ALWAYS TRIGGER audit",
                    "ALTER TABLE customer ENABLE ALWAYS TRIGGER other");

            assertThat(doctor().allowing(Map.of(CUSTOMER, Set.of("audit"))).examine())
                    .hasSize(2)
                    .allSatisfy(finding -> {
                        assertThat(finding.problem()).startsWith("its trigger other fires");
                        assertThat(finding.mend()).contains("allowed.triggers");
                    });
            assertThat(doctor().allowing(Map.of(CUSTOMER, Set.of("audit", "other")))
                            .examine())
                    .isEmpty();
        }

        @Test
        void withDomainAndEnumKeysAreFit() throws SQLException {
            everywhere(
                    "CREATE DOMAIN code AS varchar(10)",
                    "CREATE TYPE region AS ENUM ('eu', 'asia')",
                    "CREATE TABLE customer (region region, code code, at timestamptz, PRIMARY KEY (code, region, at))");

            assertThat(findings()).isEmpty();
        }

        @Test
        void missingAtOneSiteAreNamed() throws SQLException {
            berlin.run(FIT_TABLE);

            assertThat(lines())
                    .containsExactly(
                            "tokyo, public.customer: there is no such table, as there is at berlin; create it as it is there, with pg_dump --schema-only");
        }

        @Test
        void missingEverywhereAreNamed() {
            assertThat(lines())
                    .containsExactly(
                            "berlin, public.customer: there is no such table at any site; create it, or correct its name",
                            "tokyo, public.customer: there is no such table at any site; create it, or correct its name");
        }

        @Test
        void thatDifferBetweenSitesAreMadeAlikeByThePrintedSql() throws SQLException {
            berlin.run(
                    "CREATE TYPE mood AS ENUM ('glad', 'sad')",
                    "CREATE TABLE customer (id int, region text, name varchar(20), price numeric(10,2), mood mood, moods mood[], since date,"
                            + " note text NOT NULL, PRIMARY KEY (region, id))");
            tokyo.run(
                    "CREATE TYPE mood AS ENUM ('glad', 'calm')",
                    "CREATE TABLE customer (region text, id int PRIMARY KEY, name text, price numeric, mood mood, moods mood[], phone text,"
                            + " note text)");

            List<Finding> findings = findings();
            assertThat(findings.stream().map(finding -> finding.site() + ": " + finding.problem()))
                    .containsExactly(
                            "berlin: the type of its column mood lacks calm, which it has at tokyo",
                            "berlin: the type of its column moods lacks calm, which it has at tokyo",
                            "berlin: its column note must not be null, and may be at tokyo, whose rows would be refused here",
                            "berlin: it has no column phone, as it has at tokyo",
                            "tokyo: its key is (id), and (region, id) at berlin",
                            "tokyo: its column name is text, and character varying(20) at berlin",
                            "tokyo: its column price is numeric, and numeric(10,2) at berlin",
                            "tokyo: the type of its column mood lacks sad, which it has at berlin",
                            "tokyo: the type of its column moods lacks sad, which it has at berlin",
                            "tokyo: it has no column since, as it has at berlin");

            run(findings);
            assertThat(findings()).isEmpty();
        }

        @Test
        void withoutTheSameCollationOrColumnOrderAreAlike() throws SQLException {
            berlin.run("CREATE TABLE customer (id text COLLATE \"C\" PRIMARY KEY, a int, b int)");
            tokyo.run("CREATE TABLE customer (b int, id text PRIMARY KEY, a int)");

            assertThat(findings()).isEmpty();
        }
    }

    @Nested
    class Sequences {
        @ParameterizedTest(name = "{0}")
        @CsvSource(
                delimiter = ';',
                value = {
                    "CREATE TABLE customer (id serial PRIMARY KEY)",
                    "CREATE TABLE customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
                    "CREATE TABLE customer (id bigint DEFAULT 7 PRIMARY KEY, number bigint GENERATED BY DEFAULT AS IDENTITY UNIQUE)",
                    "CREATE SEQUENCE \"No.\"|CREATE TABLE customer (id bigint DEFAULT nextval('\"No.\"') PRIMARY KEY)",
                })
        void thatCollideAreInterleavedByThePrintedSql(String sql) throws SQLException {
            everywhere(sql.split("\\|"));
            String column = sql.contains("number") ? "number" : "id";
            String take = "INSERT INTO customer " + (sql.contains("number") ? "(id) SELECT n" : "SELECT")
                    + " FROM generate_series(1, 40) n";
            berlin.run(take);

            List<Finding> findings = findings();
            assertThat(findings).hasSize(2).allSatisfy(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.WARNS);
                assertThat(finding.problem())
                        .isEqualTo(
                                "the sequence of its column " + column
                                        + " gives the same numbers as at another site (of berlin, tokyo), and two new rows would be taken for one");
            });
            run(findings);
            everywhere(take.replace("(1, 40)", "(1041, 1080)"));

            assertThat(findings()).isEmpty();
            List<String> numbers = Stream.concat(
                            berlin.ask("SELECT " + column + " FROM customer").stream(),
                            tokyo.ask("SELECT " + column + " FROM customer").stream())
                    .toList();
            assertThat(numbers).hasSize(120).doesNotHaveDuplicates();
        }

        @Test
        void ofThreeSitesAreInterleavedByThree() throws SQLException {
            everywhere("CREATE TABLE customer (id smallserial PRIMARY KEY)");
            Server.Database lima = Server.tokyo().newDatabase();
            lima.run("CREATE TABLE customer (id smallserial PRIMARY KEY)", "SELECT setval('customer_id_seq', 30000)");
            var sites = List.of(berlin.site(SHOP, "berlin"), tokyo.site(SHOP, "tokyo"), lima.site(SHOP, "lima"));

            List<Finding> findings = new Doctor(sites, List.of(CUSTOMER), 2).examine();
            assertThat(findings.get(2).sql())
                    .containsExactly(
                            "ALTER SEQUENCE public.customer_id_seq INCREMENT BY 3 START WITH 30005 RESTART WITH 30005");
            for (Finding finding : findings) {
                (finding.site().text().equals("lima") ? lima : at(finding))
                        .run(finding.sql().get(0));
            }

            assertThat(new Doctor(sites, List.of(CUSTOMER), 2).examine()).isEmpty();
        }

        @Test
        void inSeparateRangesDoNotCollide() throws SQLException {
            everywhere("CREATE TABLE customer (id serial PRIMARY KEY, number serial)");
            berlin.run("ALTER SEQUENCE customer_id_seq MAXVALUE 1000000");
            tokyo.run("ALTER SEQUENCE customer_id_seq RESTART WITH 1000001");

            assertThat(findings()).isEmpty();
        }
    }

    @Nested
    class Roles {
        @Test
        void thatMayNothingAreGivenWhatTheyNeedByThePrintedSql() throws SQLException {
            everywhere(FIT_TABLE);
            String user = "Antiphon " + berlin.name();
            berlin.run(
                    "CREATE ROLE \"" + user + "\" LOGIN PASSWORD '" + Server.PASSWORD + "'",
                    "REVOKE USAGE ON SCHEMA public FROM public");
            PostgresSite site = berlin.site(SHOP, "berlin", user);

            List<Finding> findings = findings(site);
            assertThat(findings.stream().map(Finding::problem))
                    .containsExactly(
                            "it may not read the log",
                            "it may not mark what the sink writes",
                            "it may not set session_replication_role, so triggers and foreign keys would fire twice",
                            "it may not create a schema and a publication in " + berlin.name(),
                            "role " + user + " may not use the schema public",
                            "role " + user + " does not own it, and cannot publish it with whole rows");
            assertThat(findings).allMatch(Finding::blocks);

            run(findings);
            assertThat(findings(site)).isEmpty();
            site.prepare(List.of(CUSTOMER));
            try (var connection = site.connect();
                    var statement = connection.createStatement()) {
                statement.execute("SET session_replication_role = replica");
                statement.execute("SELECT pg_replication_origin_create('antiphon_shop_berlin_0')");
                statement.execute("SELECT pg_replication_origin_session_setup('antiphon_shop_berlin_0')");
                connection.setAutoCommit(false);
                statement.execute("SELECT pg_replication_origin_xact_setup('0/10', now())");
                statement.execute("INSERT INTO customer VALUES (1, 'Ada')");
                connection.commit();
            }
            site.remove(false);
        }

        @Test
        void thatLackTablePrivilegesAreToldWhich() throws SQLException {
            everywhere(FIT_TABLE);
            berlin.site(SHOP, "berlin").prepare(List.of(CUSTOMER));
            String user = role();
            berlin.run("GRANT SELECT, INSERT ON customer TO " + user, "ALTER TABLE customer ENABLE ROW LEVEL SECURITY");
            PostgresSite site = berlin.site(SHOP, "berlin", user);

            List<Finding> findings = findings(site);
            assertThat(findings.stream().map(Finding::problem))
                    .contains(
                            "somebody else owns it",
                            "role " + user + " may not use it",
                            "somebody else owns the tables in it",
                            "role " + user + " lacks UPDATE, DELETE",
                            "row security hides rows from role " + user);

            run(findings);
            assertThat(findings(site)).isEmpty();
            site.prepare(List.of(CUSTOMER));
            berlin.site(SHOP, "berlin").remove(false);
        }

        private String role() throws SQLException {
            String user = "other_" + berlin.name();
            berlin.run(
                    "CREATE ROLE " + user + " LOGIN REPLICATION PASSWORD '" + Server.PASSWORD + "'",
                    "GRANT SET ON PARAMETER session_replication_role TO " + user);
            return user;
        }
    }

    @Nested
    class Servers {
        @Test
        @EnabledIfSystemProperty(
                named = "antiphon.postgres",
                matches = "1[89].*",
                disabledReason = "before 18 slots and origins have one limit, and idle slots none")
        void asInstalledAreMendedByThePrintedSqlAndARestart(@TempDir Path folder) throws SQLException {
            Server installed = Server.on(folder.resolve("data"));
            installed
                    .database("postgres")
                    .run(
                            "ALTER SYSTEM SET max_wal_senders = 0",
                            "ALTER SYSTEM SET max_replication_slots = 0",
                            "ALTER SYSTEM SET max_active_replication_origins = 1",
                            "ALTER SYSTEM SET idle_replication_slot_timeout = '1h'",
                            "ALTER SYSTEM SET default_transaction_read_only = on");
            installed.stop();
            installed = Server.on(folder.resolve("data"));

            List<Finding> findings = findings(installed.database("postgres").site(SHOP, "berlin"));
            assertThat(findings.stream().map(Finding::subject))
                    .contains(
                            "wal_level",
                            "track_commit_timestamp",
                            "default_transaction_read_only",
                            "idle_replication_slot_timeout",
                            "max_replication_slots",
                            "max_wal_senders",
                            "max_active_replication_origins");
            assertThat(findings.get(0))
                    .hasToString(
                            "berlin, wal_level: it is replica, so changes cannot be captured; as a superuser, then restart PostgreSQL: ALTER SYSTEM SET wal_level = 'logical';");
            assertThat(findings.stream().map(Finding::problem))
                    .contains("it is 1, others use 0 of the replication origins, and 2 more are needed");

            Server.Database postgres = installed.database("postgres");
            postgres.run(Stream.concat(
                            Stream.of("SET default_transaction_read_only = off"),
                            findings.stream().flatMap(finding -> finding.sql().stream()))
                    .toArray(String[]::new));
            postgres.run("SET default_transaction_read_only = off", "BEGIN", FIT_TABLE, "COMMIT");
            installed.stop();
            installed = Server.on(folder.resolve("data"));

            assertThat(findings(installed.database("postgres").site(SHOP, "berlin")))
                    .isEmpty();
            installed.stop();
        }

        @Test
        void needAnOriginForEverySinkTask() throws SQLException {
            everywhere(FIT_TABLE);

            assertThat(new Doctor(List.of(berlin.site(SHOP, "berlin")), List.of(CUSTOMER), 20).examine())
                    .singleElement()
                    .satisfies(finding -> {
                        String limit = Server.isNew() ? "max_active_replication_origins" : "max_replication_slots";
                        assertThat(finding.subject()).isEqualTo(limit);
                        assertThat(finding.sql()).containsExactly("ALTER SYSTEM SET " + limit + " = 24");
                    });
        }

        @Test
        void withAnotherEncodingAreNamed() throws SQLException {
            Server.Database latin = Server.berlin().newDatabase("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
            latin.run(FIT_TABLE);

            assertThat(findings(latin.site(SHOP, "berlin"))).singleElement().satisfies(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.WARNS);
                assertThat(finding.problem()).startsWith("the database is LATIN1");
            });
        }

        @Test
        void behindATransactionPoolerAreRefused() throws Exception {
            everywhere(FIT_TABLE);
            try (var pooler = new TransactionPooler(Server.berlin().port())) {
                String url = "jdbc:postgresql://localhost:" + pooler.port() + "/" + berlin.name();
                var site = new PostgresSite(SHOP, berlin.site(SHOP, "berlin").id(), url, "postgres", "");

                assertThat(findings(site)).singleElement().satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.BLOCKS);
                    assertThat(finding.problem()).startsWith("a transaction pooler stands in between");
                });
            }
        }

        @Test
        void thatLackWhatTheConfigurationAsksOfAColumnAreTold() throws SQLException {
            berlin.run("CREATE TABLE customer (id int PRIMARY KEY, name text, sums numeric(9, 2)[])");
            var asked = List.of(
                    new ColumnDemand(CUSTOMER, "name", type -> Optional.of("name is " + type)),
                    new ColumnDemand(CUSTOMER, "sums", type -> Optional.of("sums is " + type)),
                    new ColumnDemand(CUSTOMER, "id", type -> Optional.empty()),
                    new ColumnDemand(CUSTOMER, "nme", type -> Optional.empty()));

            assertThat(new Doctor(List.of(berlin.site(SHOP, "berlin")), List.of(CUSTOMER), 2)
                            .asking(asked)
                            .examine())
                    .extracting(Finding::toString)
                    .containsExactly(
                            "berlin, public.customer: name is text; choose another merge for it",
                            "berlin, public.customer: sums is _numeric; choose another merge for it",
                            "berlin, public.customer: the configuration names column nme, which it does not have; add it there, or name one of its columns: id, name, sums");
        }

        @Test
        void thatAreOneDatabaseAreTold() throws SQLException {
            berlin.run(FIT_TABLE);

            assertThat(new Doctor(
                                    List.of(berlin.site(SHOP, "berlin"), berlin.site(SHOP, "tokyo")),
                                    List.of(CUSTOMER),
                                    2)
                            .examine())
                    .singleElement()
                    .hasToString(
                            "tokyo, database: it is the same database as the site berlin; correct one of the urls");
        }

        @Test
        void thatAreASiteAlreadyAreTold() throws SQLException {
            berlin.run(FIT_TABLE);
            berlin.site(SHOP, "paris").prepare(List.of(CUSTOMER));

            assertThat(findings(berlin.site(SHOP, "berlin")))
                    .extracting(Finding::problem)
                    .containsExactly("it is already the site paris of mesh shop");
        }

        @Test
        void thatWouldShareTheirNamesWithThoseOfAnotherMeshAreRefused() throws SQLException {
            berlin.run(FIT_TABLE);
            berlin.site(new MeshName("a"), "b_c").prepare(List.of(CUSTOMER));

            assertThat(findings(berlin.site(new MeshName("a_b"), "c")))
                    .singleElement()
                    .hasToString(
                            "c, database " + berlin.name()
                                    + ": site c of mesh a_b would have the slot and the origins of the site b_c of mesh a in it, antiphon_a_b_c; name the mesh or the site otherwise");
            assertThat(findings(berlin.site(new MeshName("a_b"), "d"))).isEmpty();
        }
    }

    @Nested
    class Leftovers {
        @Test
        void aSlotWithoutAPreparedSiteIsNamed() throws SQLException {
            berlin.run(
                    FIT_TABLE,
                    "SELECT pg_create_logical_replication_slot('antiphon_shop_berlin', 'pgoutput')",
                    "SELECT pg_create_logical_replication_slot('antiphon_shop_paris', 'pgoutput')",
                    "SELECT pg_replication_origin_create('antiphon_shop_berlin_1')",
                    "SELECT pg_replication_origin_create('antiphon_shop_berlin_2')");

            List<Finding> findings = findings(berlin.site(SHOP, "berlin"));
            assertThat(findings)
                    .extracting(Finding::subject)
                    .containsExactly(
                            "slot antiphon_shop_berlin", "slot antiphon_shop_paris", "origin antiphon_shop_berlin_2");
            assertThat(findings).noneMatch(Finding::blocks);

            run(findings);
            assertThat(findings(berlin.site(SHOP, "berlin"))).isEmpty();
            berlin.run("SELECT pg_replication_origin_drop('antiphon_shop_berlin_1')");
        }

        @Test
        void aSlotThatLostItsLogBlocks() throws SQLException {
            berlin.run(FIT_TABLE);
            PostgresSite site = berlin.site(SHOP, "berlin");
            site.prepare(List.of(CUSTOMER));
            berlin.run(
                    "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'",
                    "SELECT pg_reload_conf()",
                    "SELECT pg_create_logical_replication_slot('antiphon_shop_berlin', 'pgoutput')");
            for (int i = 0; i < 4; i++) {
                berlin.run("SELECT pg_logical_emit_message(false, 'x', 'x')", "SELECT pg_switch_wal()");
            }
            berlin.run("CHECKPOINT", "ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");

            List<Finding> findings = findings(site);
            assertThat(findings).singleElement().satisfies(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.BLOCKS);
                assertThat(finding.problem()).startsWith("the server has thrown away log that was not captured yet");
            });
            assertThat(site.slot())
                    .hasValueSatisfying(slot -> assertThat(slot.lost()).isTrue());

            run(findings);
            assertThat(findings(site)).isEmpty();
            site.remove(false);
        }

        @Test
        void aSlotNamedByAnotherDatabaseBlocks() throws SQLException {
            berlin.run(FIT_TABLE);
            Server.Database other = Server.berlin().newDatabase();
            other.run("SELECT pg_create_logical_replication_slot('antiphon_shop_berlin', 'pgoutput')");

            assertThat(findings(berlin.site(SHOP, "berlin")))
                    .extracting(Finding::problem)
                    .containsExactly("the name is taken by the database " + other.name() + " of the same server");
            assertThat(berlin.site(SHOP, "berlin").remove(false).left()).hasSize(1);
            other.run("SELECT pg_drop_replication_slot('antiphon_shop_berlin')");
        }
    }

    @Nested
    class Connections {
        @Test
        void thatFailAreOneClearLineEach() throws SQLException, IOException {
            String locked = "locked_" + berlin.name();
            berlin.run("CREATE ROLE " + locked + " LOGIN PASSWORD 'secret'");
            Path rules = Path.of(berlin.ask("SHOW hba_file").get(0));
            String before = Files.readString(rules);
            Files.writeString(
                    rules, "host all " + locked + " all scram-sha-256\nhost all shut_out all reject\n" + before);
            berlin.run("SELECT pg_reload_conf()");
            try {
                String where = "localhost:" + Server.berlin().port() + "/" + berlin.name();
                assertThat(line(berlin.url(), locked))
                        .isEqualTo("berlin, connection: wrong password for user " + locked + " at " + where
                                + "; correct user and password");
                assertThat(line(berlin.url(), "shut_out"))
                        .startsWith("berlin, connection: " + where + " does not let user shut_out in (")
                        .endsWith("; correct the user, or let it in with a line in pg_hba.conf");
            } finally {
                Files.writeString(rules, before);
                berlin.run("SELECT pg_reload_conf()");
            }
            assertThat(line(Server.berlin().url("no_such_shop"), "postgres"))
                    .isEqualTo("berlin, connection: there is no such database: localhost:"
                            + Server.berlin().port() + "/no_such_shop; correct the url, or create the database");
            assertThat(line("jdbc:postgresql://localhost:1/shop?ssl=false", "postgres"))
                    .isEqualTo(
                            "berlin, connection: localhost:1/shop cannot be reached (Connection refused); check that PostgreSQL runs there, and host, port and network");
            assertThat(line("jdbc:postgresql://no-such-host.invalid/shop", "postgres"))
                    .startsWith(
                            "berlin, connection: no-such-host.invalid/shop cannot be reached (unknown host no-such-host.invalid)");
            assertThat(line("jdbc:mysql://localhost/shop", "postgres"))
                    .isEqualTo(
                            "berlin, connection: 'jdbc:mysql://localhost/shop' is not the address of a PostgreSQL database; write jdbc:postgresql://host:5432/database");
        }

        @Test
        void ofOneSiteDoNotHideTheOther() {
            var lost = new PostgresSite(
                    SHOP, berlin.site(SHOP, "berlin").id(), "jdbc:postgresql://localhost:1/shop", "postgres", "");

            assertThat(new Doctor(List.of(lost, tokyo.site(SHOP, "tokyo")), List.of(CUSTOMER), 2).examine())
                    .extracting(finding -> finding.site().text(), Finding::subject)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("berlin", "connection"),
                            org.assertj.core.groups.Tuple.tuple("tokyo", "public.customer"));
        }

        private String line(String url, String user) {
            var site = new PostgresSite(SHOP, berlin.site(SHOP, "berlin").id(), url, user, "wrong");
            List<Finding> findings = findings(site);
            assertThat(findings).hasSize(1);
            return findings.get(0).toString();
        }
    }

    private void everywhere(String... sql) throws SQLException {
        berlin.run(sql);
        tokyo.run(sql);
    }

    private List<Finding> findings() {
        return doctor().examine();
    }

    private Doctor doctor() {
        return new Doctor(List.of(berlin.site(SHOP, "berlin"), tokyo.site(SHOP, "tokyo")), List.of(CUSTOMER), 2);
    }

    private static List<Finding> findings(PostgresSite site) {
        return new Doctor(List.of(site), List.of(CUSTOMER), 2).examine();
    }

    private List<String> lines() {
        return findings().stream().map(Finding::toString).toList();
    }

    private void run(List<Finding> findings) throws SQLException {
        for (Finding finding : findings) {
            assertThat(finding.sql()).as(finding.toString()).isNotEmpty();
            at(finding).run(finding.sql().toArray(String[]::new));
        }
    }

    private Server.Database at(Finding finding) {
        return finding.site().text().equals("berlin") ? berlin : tokyo;
    }
}
