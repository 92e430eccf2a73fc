package io.antiphon.apply.postgresql.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class PreparedAndRemovedTest {
    private static final MeshName SHOP = new MeshName("shop");
    private static final TableId CUSTOMER = TableId.parse("public.customer");
    private static final TableId TICKET = TableId.parse("public.ticket");
    private static final TableId ODD = new TableId("Sales \"EU\"", "Or.der");
    private static final List<TableId> TABLES = List.of(CUSTOMER, TICKET, ODD);
    private static final String CATALOGUE = """
            SELECT 'relation', n.nspname, c.relname, c.relkind::text, c.relreplident::text, c.relacl::text,
                   (SELECT string_agg(indexrelid::regclass::text, ',') FROM pg_index WHERE indrelid = c.oid AND indisreplident)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_|^information_schema$'
            UNION ALL SELECT 'schema', nspname, nspacl::text, null, null, null, null FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
            UNION ALL SELECT 'type', t.typname, n.nspname, null, null, null, null FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
            UNION ALL SELECT 'function', p.proname, p.oid::text, p.proacl::text, null, null, null FROM pg_proc p
            UNION ALL SELECT 'trigger', tgname, tgenabled::text, null, null, null, null FROM pg_trigger
            UNION ALL SELECT 'publication', pubname, null, null, null, null, null FROM pg_publication
            UNION ALL SELECT 'slot', slot_name, database, null, null, null, null FROM pg_replication_slots
            UNION ALL SELECT 'origin', roname, null, null, null, null, null FROM pg_replication_origin
            UNION ALL SELECT 'setting', setdatabase::text, setrole::text, setconfig::text, null, null, null FROM pg_db_role_setting
            UNION ALL SELECT 'default', defaclnamespace::text, defaclacl::text, null, null, null, null FROM pg_default_acl
            ORDER BY 1, 2, 3, 4""";

    private Server.Database database;
    private PostgresSite berlin;

    @BeforeEach
    void aShopWithEveryKindOfReplicaIdentity() throws SQLException {
        database = Server.berlin().newDatabase();
        database.run(
                "CREATE TABLE customer (id int PRIMARY KEY, name text)",
                "CREATE TABLE ticket (id int PRIMARY KEY, code text NOT NULL)",
                "CREATE UNIQUE INDEX ticket_code ON ticket (code)",
                "ALTER TABLE ticket REPLICA IDENTITY USING INDEX ticket_code",
                "CREATE SCHEMA \"Sales \"\"EU\"\"\"",
                "CREATE TABLE \"Sales \"\"EU\"\"\".\"Or.der\" (id int PRIMARY KEY)",
                "ALTER TABLE \"Sales \"\"EU\"\"\".\"Or.der\" REPLICA IDENTITY NOTHING");
        berlin = database.site(SHOP, "berlin");
    }

    @AfterEach
    void noSlotOrOriginStays() throws SQLException {
        database.run(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()",
                "SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin");
    }

    @Test
    void aRemovedSiteIsAsItWasBeforeItWasPrepared() throws SQLException {
        List<String> before = database.ask(CATALOGUE);

        berlin.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        assertThat(database.ask(CATALOGUE)).isNotEqualTo(before);
        Removed removed = berlin.remove(false);

        assertThat(database.ask(CATALOGUE)).isEqualTo(before);
        assertThat(removed.left()).isEmpty();
        assertThat(removed.gone())
                .contains(
                        "slot antiphon_shop_berlin",
                        "origin antiphon_shop_berlin_0",
                        "publication antiphon_shop",
                        "full replica identity of public.ticket",
                        "schema antiphon");
    }

    @Test
    void preparingPublishesTheTablesAndLogsWholeRows() throws SQLException {
        berlin.prepare(TABLES);

        assertThat(
                        database.ask(
                                "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = 'antiphon_shop' ORDER BY 1, 2"))
                .containsExactlyInAnyOrder(
                        "public|customer",
                        "public|ticket",
                        "Sales \"EU\"|Or.der",
                        "antiphon|heartbeat",
                        "antiphon|marker",
                        "antiphon|position");
        assertThat(database.ask(
                        "SELECT DISTINCT relreplident FROM pg_class WHERE relname IN ('customer', 'ticket', 'Or.der')"))
                .containsExactly("f");
        assertThat(database.ask("SELECT mesh, site, layout, prepared_at <= clock_timestamp() FROM antiphon.site"))
                .containsExactly("shop|berlin|2|t");
        assertThat(database.ask("SELECT mesh, beat FROM antiphon.heartbeat")).containsExactly("shop|0");
    }

    @Test
    void preparingAgainChangesNothing() throws SQLException {
        berlin.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        database.run("UPDATE antiphon.heartbeat SET beat = 7");
        String everything = CATALOGUE.replace(
                "ORDER BY",
                "UNION ALL SELECT 'site', s::text, null, null, null, null, null FROM antiphon.site s"
                        + " UNION ALL SELECT 'former', f::text, null, null, null, null, null FROM antiphon.former_identity f"
                        + " UNION ALL SELECT 'beat', h::text, null, null, null, null, null FROM antiphon.heartbeat h ORDER BY");
        List<String> before = database.ask(everything);

        berlin.prepare(TABLES);

        assertThat(database.ask(everything)).isEqualTo(before);
    }

    @Test
    void thePreparedTimeMovesOnlyUntilCaptureHasStarted() throws SQLException {
        berlin.prepare(TABLES);
        List<String> first = database.ask("SELECT prepared_at FROM antiphon.site");
        berlin.prepare(TABLES);
        List<String> second = database.ask("SELECT prepared_at FROM antiphon.site");
        captureAndSinkHaveRun(SHOP, "berlin");
        berlin.prepare(TABLES);
        database.run("SELECT pg_drop_replication_slot('antiphon_shop_berlin')");
        berlin.prepare(TABLES);

        assertThat(second).isNotEqualTo(first);
        assertThat(database.ask("SELECT prepared_at FROM antiphon.site")).isEqualTo(second);
    }

    @Test
    void tablesAreAddedAndLetGoOf() throws SQLException {
        berlin.prepare(List.of(CUSTOMER, TICKET));
        berlin.prepare(List.of(CUSTOMER, ODD));

        assertThat(database.ask(
                        "SELECT tablename FROM pg_publication_tables WHERE schemaname <> 'antiphon' ORDER BY 1"))
                .containsExactlyInAnyOrder("customer", "Or.der");
        assertThat(database.ask("SELECT relreplident FROM pg_class WHERE relname = 'ticket'"))
                .containsExactly("i");
        assertThat(database.ask("SELECT relreplident FROM pg_class WHERE relname = 'Or.der'"))
                .containsExactly("f");
    }

    @Test
    void removingWorksWhenHalfIsGone() throws SQLException {
        List<String> before = database.ask(CATALOGUE);
        assertThat(berlin.remove(false).gone()).isEmpty();
        assertThat(database.ask(CATALOGUE)).isEqualTo(before);

        berlin.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        database.run(
                "DROP PUBLICATION antiphon_shop",
                "DROP TABLE antiphon.position",
                "DROP TABLE ticket",
                "SELECT pg_drop_replication_slot('antiphon_shop_berlin')");
        berlin.remove(false);

        assertThat(database.ask(CATALOGUE))
                .isEqualTo(
                        before.stream().filter(line -> !line.contains("ticket")).toList());
    }

    @Test
    void anIndexThatIsGoneGivesWayToTheDefault() throws SQLException {
        berlin.prepare(TABLES);
        database.run("DROP INDEX ticket_code");
        berlin.remove(false);

        assertThat(database.ask("SELECT relreplident FROM pg_class WHERE relname = 'ticket'"))
                .containsExactly("d");
    }

    @Test
    void whatSomebodyChangedMeanwhileIsLeftAsItIs() throws SQLException {
        berlin.prepare(TABLES);
        database.run("ALTER TABLE ticket REPLICA IDENTITY NOTHING");
        berlin.remove(false);

        assertThat(database.ask("SELECT relreplident FROM pg_class WHERE relname = 'ticket'"))
                .containsExactly("n");
    }

    @Test
    void anotherMeshKeepsWhatItNeedsAndTheLastOneRestores() throws SQLException {
        List<String> before = database.ask(CATALOGUE);
        PostgresSite other = database.site(new MeshName("shop_b"), "berlin");
        berlin.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        other.prepare(List.of(CUSTOMER, TICKET));
        captureAndSinkHaveRun(other.mesh(), "berlin");

        Removed removed = berlin.remove(false);

        assertThat(removed.left()).isEmpty();
        assertThat(removed.gone()).doesNotContain("schema antiphon");
        assertThat(
                        database.ask(
                                "SELECT relname, relreplident FROM pg_class WHERE relname IN ('customer', 'ticket', 'Or.der') ORDER BY 1"))
                .containsExactlyInAnyOrder("customer|f", "ticket|f", "Or.der|n");
        assertThat(other.slot()).isPresent();
        assertThat(database.ask("SELECT roname FROM pg_replication_origin")).contains("antiphon_shop_b_berlin_0");
        assertThat(other.positions()).hasSize(1);

        other.remove(false);
        assertThat(database.ask(CATALOGUE)).isEqualTo(before);
    }

    @Test
    void aDatabaseIsOneSiteOfAMesh() throws SQLException {
        berlin.prepare(TABLES);

        assertThatThrownBy(() -> database.site(SHOP, "tokyo").prepare(TABLES))
                .isInstanceOf(SiteException.class)
                .hasMessageContaining("tokyo: this database is already the site berlin of mesh shop");
    }

    @Test
    void aTableThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> berlin.prepare(List.of(CUSTOMER, TableId.parse("public.custommer"))))
                .isInstanceOf(SiteException.class)
                .hasMessage(
                        "berlin: there is no table public.custommer; create it as it is at the other sites, or correct its name");
    }

    @Test
    void anOriginInUseIsNotTakenAwayUnlessAsked() throws SQLException {
        berlin.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        try (Connection sink = berlin.connect();
                var statement = sink.createStatement()) {
            statement.execute("SELECT pg_replication_origin_session_setup('antiphon_shop_berlin_0')");

            assertThatThrownBy(() -> new Removal(berlin, berlin.connect(), false, Duration.ofMillis(300)).remove())
                    .isInstanceOf(SlotInUseException.class)
                    .hasMessageContaining("antiphon_shop_berlin_0 is still in use; stop the pipeline of mesh shop");
            assertThat(statement.execute("SELECT 1")).isTrue();

            assertThat(berlin.remove(true).gone()).contains("origin antiphon_shop_berlin_0", "schema antiphon");
        }
    }

    @Test
    void aSlotBeingReadIsNotTakenAwayUnlessAsked() throws SQLException {
        berlin.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        var properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("replication", "database");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "14");
        try (Connection capture = new org.postgresql.Driver().connect(database.url(), properties)) {
            capture.unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName("antiphon_shop_berlin")
                    .withSlotOption("proto_version", "1")
                    .withSlotOption("publication_names", "antiphon_shop")
                    .start();
            assertThat(berlin.slot())
                    .hasValueSatisfying(slot -> assertThat(slot.active()).isTrue());

            assertThatThrownBy(() -> new Removal(berlin, berlin.connect(), false, Duration.ofMillis(300)).remove())
                    .isInstanceOf(SlotInUseException.class)
                    .hasMessage(
                            "berlin: the replication slot antiphon_shop_berlin is still in use; stop the pipeline of mesh shop"
                                    + " (its connectors capture-berlin and apply-berlin) first");
            assertThat(berlin.slot()).isPresent();

            assertThat(berlin.remove(true).gone()).contains("slot antiphon_shop_berlin");
        }
    }

    @Test
    void aRoleThatIsNoSuperuserCanDoItAll() throws SQLException {
        String user = "antiphon_" + database.name();
        database.run(
                "CREATE ROLE " + user + " LOGIN REPLICATION PASSWORD '" + Server.PASSWORD + "'",
                "GRANT CREATE ON DATABASE " + database.name() + " TO " + user,
                "GRANT EXECUTE ON FUNCTION pg_replication_origin_create, pg_replication_origin_drop TO " + user,
                "ALTER SCHEMA \"Sales \"\"EU\"\"\" OWNER TO " + user,
                "ALTER TABLE customer OWNER TO " + user,
                "ALTER TABLE ticket OWNER TO " + user,
                "ALTER TABLE \"Sales \"\"EU\"\"\".\"Or.der\" OWNER TO " + user);
        List<String> before = database.ask(CATALOGUE);
        PostgresSite site = database.site(SHOP, "berlin", user);

        site.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        site.prepare(TABLES);
        site.remove(false);

        assertThat(database.ask(CATALOGUE)).isEqualTo(before);
        database.run(
                "REVOKE EXECUTE ON FUNCTION pg_replication_origin_create, pg_replication_origin_drop FROM " + user,
                "DROP OWNED BY " + user,
                "DROP ROLE " + user);
    }

    @Test
    void eachQuestionHasAgreaterNumberThanThoseBefore() throws SQLException {
        berlin.prepare(TABLES);
        try (Markers one = berlin.markers();
                Markers other = berlin.markers()) {
            var place = new Marker(new SiteId("berlin"), "shop.resolved.public.customer", 2);
            Map<Marker, Long> first = one.ask(List.of(CUSTOMER, TICKET), 3);
            Map<Marker, Long> second = other.ask(List.of(TICKET, CUSTOMER), 3);
            assertThat(first).hasSize(6);
            assertThat(second.get(place)).isGreaterThan(first.get(place));
            assertThat(database.ask("SELECT count(*), min(site), min(mesh) FROM antiphon.marker"))
                    .containsExactly("6|berlin|shop");

            database.run("UPDATE antiphon.marker SET number = number + 1000000000000000");
            Map<Marker, Long> behindTheClock = one.ask(List.of(CUSTOMER), 3);
            assertThat(behindTheClock.get(place)).isEqualTo(second.get(place) + 1_000_000_000_000_001L);

            database.run("UPDATE antiphon.marker SET number = 1");
            assertThat(one.ask(List.of(CUSTOMER), 3).get(place))
                    .as("a database restored from a backup")
                    .isGreaterThan(second.get(place));
        }
    }

    @Test
    void whatHasArrivedIsToldOfEverySite() throws SQLException {
        berlin.prepare(TABLES);
        try (Markers markers = berlin.markers()) {
            markers.ask(List.of(CUSTOMER, TICKET), 3);
            database.run("INSERT INTO antiphon.arrival SELECT mesh, resolved_topic, resolved_partition, 'tokyo', 7"
                    + " FROM antiphon.marker WHERE resolved_partition = 1");
            assertThat(markers.arrived())
                    .isEqualTo(Map.of(
                            new Marker(new SiteId("tokyo"), "shop.resolved.public.customer", 1),
                            7L,
                            new Marker(new SiteId("tokyo"), "shop.resolved.public.ticket", 1),
                            7L));
        }
    }

    @Test
    void positionsAndTheSlotAreTold() throws SQLException {
        assertThat(berlin.positions()).isEmpty();
        assertThat(berlin.slot()).isEmpty();
        berlin.prepare(TABLES);
        captureAndSinkHaveRun(SHOP, "berlin");
        database.run("INSERT INTO customer SELECT n, repeat('x', 100) FROM generate_series(1, 1000) n");

        assertThat(berlin.positions())
                .containsExactly(new Position("shop.resolved.public.customer", 0, "c", "t", 1, 20, 300, 15));
        assertThat(berlin.slot()).hasValueSatisfying(slot -> {
            assertThat(slot.active()).isFalse();
            assertThat(slot.lost()).isFalse();
            assertThat(slot.database()).isEqualTo(database.name());
            assertThat(slot.retainedBytes()).isGreaterThan(100_000);
        });
    }

    private void captureAndSinkHaveRun(MeshName mesh, String site) throws SQLException {
        database.run(
                "SELECT pg_create_logical_replication_slot('antiphon_" + mesh + "_" + site + "', 'pgoutput')",
                "SELECT pg_replication_origin_create('antiphon_" + mesh + "_" + site + "_0')",
                "SELECT pg_replication_origin_create('antiphon_" + mesh + "_" + site + "_1')",
                "INSERT INTO antiphon.position VALUES ('" + mesh + "', '" + mesh
                        + ".resolved.public.customer', 0, 'c', 't', 1, 20, 300, 15, '[]')");
    }
}
