package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.local.stack.ConnectRest;
import io.antiphon.local.stack.Home;
import io.antiphon.local.stack.Installation;
import io.antiphon.site.Database;
import io.antiphon.site.Databases;
import io.antiphon.site.Line;
import io.antiphon.site.Shell;
import io.antiphon.site.Shell.Ended;
import io.antiphon.site.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** What a user does in a terminal, from the first look at the databases until everything is taken out again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER = Path.of("target", "commands").toAbsolutePath();
    private static final String WHAT_WE_ADD = """
            SELECT 'slot ' || slot_name FROM pg_replication_slots UNION ALL
            SELECT 'origin ' || roname FROM pg_replication_origin UNION ALL
            SELECT 'publication ' || pubname FROM pg_publication UNION ALL
            SELECT 'schema ' || nspname FROM pg_namespace UNION ALL
            SELECT 'identity of ' || relname || ' ' || relreplident::text FROM pg_class WHERE relname IN ('customer', 'place')
            ORDER BY 1""";

    private final List<Database> databases = new ArrayList<>();
    private final Shell shell = new Shell(FOLDER);
    private Databases provider;
    private Site berlin;
    private Site tokyo;
    private Line line;
    private List<String> before;
    private Shell.Running up;
    private Shell.Running second;

    @BeforeAll
    void two_databases() throws Exception {
        Home.delete(FOLDER);
        Files.createDirectories(FOLDER);
        provider = Databases.chosen(Installation.found(), FOLDER.resolve("sites"));
        berlin = Site.alone("berlin", database("berlin"));
        tokyo = Site.alone("tokyo", database("tokyo"));
        line = Line.to(tokyo.database());
        for (Site site : List.of(berlin, tokyo)) {
            site.writes(
                    "CREATE TABLE customer (id int PRIMARY KEY, name text)",
                    "CREATE TABLE place (id int PRIMARY KEY, name text NOT NULL UNIQUE)",
                    "ALTER TABLE place REPLICA IDENTITY USING INDEX place_name_key");
        }
        before = berlin.strings(WHAT_WE_ADD);
        shell.file(
                "antiphon.yaml",
                configuration("cmd", "public.customer", "ports: { http: 0, connect: 0, kafka: 0, registry: 0 }"));
        shell.file(
                "second.yaml",
                configuration("other", "public.place", "ports: { http: 0, connect: 0, kafka: 0, registry: 0 }"));
    }

    @AfterAll
    void stops() {
        for (Shell.Running running : new Shell.Running[] {up, second}) {
            if (running != null && running.process().isAlive()) {
                running.asksToStop();
            }
        }
        line.close();
        databases.forEach(Database::close);
    }

    @Test
    @Order(1)
    void help_reads_well() {
        Ended help = shell.antiphon("--help");
        assertThat(help.status()).isZero();
        assertThat(help.said()).contains("demo", "up", "doctor", "status", "verify", "wait", "remove");
    }

    @Test
    @Order(1)
    void a_configuration_that_cannot_be_used_is_one_clear_line() {
        refused("nowhere.yaml", "nowhere.yaml");
        shell.file("unknown.yaml", configuration("cmd", "public.customer", "prots: { http: 0 }"));
        refused("unknown.yaml", "prots", "ports");
        shell.file(
                "twice.yaml",
                configuration("cmd", "public.customer", "")
                        .replace(line.url(), berlin.database().url()));
        refused("twice.yaml", "same database");
        shell.file("no-yaml.yaml", "mesh: [");
        refused("no-yaml.yaml", "no-yaml.yaml");
    }

    @Test
    @Order(1)
    void a_wrong_password_a_missing_table_and_an_unfit_server_are_said_with_the_mend() {
        shell.file(
                "password.yaml",
                configuration("cmd", "public.customer", "").replaceFirst("password: [^ }]+", "password: wrong"));
        Ended password = shell.antiphon("doctor", "-f", "password.yaml");
        assertThat(password.status()).isOne();
        assertThat(password.said()).contains("berlin", "password").doesNotContain("\tat ", "wrong }");

        shell.file(
                "unreachable.yaml",
                configuration("cmd", "public.customer", "")
                        .replace(berlin.database().url(), "jdbc:postgresql://127.0.0.1:1/berlin"));
        Ended unreachable = shell.antiphon("up", "-f", "unreachable.yaml");
        assertThat(unreachable.status()).isOne();
        assertThat(unreachable.said())
                .contains("127.0.0.1:1/berlin cannot be reached", "host, port and network", "not started")
                .doesNotContain("\tat ");

        shell.file("table.yaml", configuration("cmd", "public.nothing", ""));
        Ended table = shell.antiphon("doctor", "-f", "table.yaml");
        assertThat(table.status()).isOne();
        assertThat(table.said()).contains("public.nothing").doesNotContain("\tat ");

        Database bare = provider.start(
                "bare",
                io.antiphon.site.WallClock.RIGHT,
                java.util.Map.of("wal_level", "replica", "track_commit_timestamp", "off"));
        databases.add(bare);
        Site.alone("bare", bare).writes("CREATE TABLE customer (id int, name text)");
        shell.file("unfit.yaml", configuration("cmd", "public.customer", "").replace(line.url(), bare.url()));
        Ended doctor = shell.antiphon("doctor", "-f", "unfit.yaml");
        assertThat(doctor.status()).isOne();
        assertThat(doctor.said())
                .contains("wal_level", "track_commit_timestamp", "ALTER SYSTEM SET", "primary key")
                .doesNotContain("\tat ");
        Ended refused = shell.antiphon("up", "-f", "unfit.yaml");
        assertThat(refused.status()).isOne();
        assertThat(refused.said()).contains("wal_level", "track_commit_timestamp", "not started");
    }

    @Test
    @Order(2)
    void doctor_finds_the_databases_fit() {
        Ended doctor = shell.antiphon("doctor");
        assertThat(doctor.status()).as(doctor.said()).isZero();
        assertThat(berlin.strings(WHAT_WE_ADD)).as("doctor changes nothing").isEqualTo(before);
    }

    @Test
    @Order(2)
    void wait_and_status_say_that_nothing_runs() {
        for (String command : List.of("wait", "status")) {
            Ended ended = shell.antiphon(command);
            assertThat(ended.status()).as(ended.said()).isOne();
            assertThat(ended.said()).contains("cmd does not run in .antiphon/cmd: start it with antiphon up");
        }
    }

    @Test
    @Order(3)
    void up_says_ready_and_what_is_written_travels() {
        berlin.writes("INSERT INTO customer SELECT i, 'n' || i FROM generate_series(1, 100) i");
        up = shell.starts("up");
        eventually(() -> assertThat(up.said()).contains("ready"));
        for (Site site : List.of(berlin, tokyo)) {
            assertThat(site.strings("SELECT DISTINCT site FROM antiphon.arrival ORDER BY 1"))
                    .as("a marker of each site has come out at %s before ready is said", site)
                    .containsExactly("berlin", "tokyo");
        }
        tokyo.writes("INSERT INTO customer VALUES (1000, 'Aiko')");

        Ended waited = shell.antiphon("wait", "--timeout", "60s");

        assertThat(waited.status()).as(waited.said()).isZero();
        assertThat(berlin.rows("customer")).hasSize(101).isEqualTo(tokyo.rows("customer"));
    }

    @Test
    @Order(4)
    void status_tells_where_everything_is_reached() throws Exception {
        Ended status = shell.antiphon("status", "--json");

        assertThat(status.status()).as(status.said()).isZero();
        JsonNode told = JSON.readTree(status.said());
        assertThat(told.path("state").asText()).isEqualTo("running");
        assertThat(told.path("endpoints").path("connect").asText()).startsWith("http://127.0.0.1:");
        assertThat(told.at("/connectors/apply-tokyo/state").asText()).isEqualTo("RUNNING");
        assertThat(told.at("/resolver/sites/berlin/captured").asLong()).isPositive();
        String words = shell.antiphon("status").said();
        assertThat(words).contains("berlin", "tokyo");
        for (String part : List.of("bootstrapServers", "registry", "connect", "http")) {
            String address = told.path("endpoints").path(part).asText();
            assertThat(address).as(part).matches("(http://)?127\\.0\\.0\\.1:[1-9]\\d{3,4}(/.*)?");
            assertThat(words).as(part).contains(address);
        }
    }

    @Test
    @Order(4)
    void a_site_that_goes_away_is_said_and_waited_for() throws Exception {
        tokyo.database().stops();
        try {
            eventually(() -> assertThat(up.said()).contains("site tokyo: ", "check that PostgreSQL runs there"));
            Ended status = shell.antiphon("status", "--json");
            assertThat(status.status()).as(status.said()).isOne();
            assertThat(JSON.readTree(status.said()).at("/unreachable/tokyo").asText())
                    .contains("cannot be reached");
            assertThat(shell.antiphon("status").said()).contains("tokyo: ", "cannot be reached");
            Ended waited = shell.antiphon("wait");
            assertThat(waited.status()).isOne();
            assertThat(waited.said()).contains("tokyo: ", "cannot be reached").doesNotContain("\tat ");
            assertThat(shell.antiphon("verify").status()).isEqualTo(2);
            berlin.writes("INSERT INTO customer VALUES (1001, 'meanwhile')");
        } finally {
            tokyo.database().starts();
        }
        eventually(() -> assertThat(up.said()).contains("site tokyo is back"));
        tokyo.comesToHold("customer", 1001, "(1001,meanwhile)");
        assertThat(shell.antiphon("wait").status()).isZero();
        assertThat(up.said()).doesNotContain("\tat ");
    }

    @Test
    @Order(4)
    void a_network_that_is_cut_is_said_and_both_sides_go_on_until_it_is_mended() {
        String before = up.said();
        line.cuts();
        try {
            eventually(() -> assertThat(up.said().substring(before.length()))
                    .contains("site tokyo: ", "host, port and network"));
            berlin.writes("INSERT INTO customer VALUES (1002, 'berlin alone')");
            tokyo.writes("INSERT INTO customer VALUES (1003, 'tokyo alone')");
        } finally {
            line.mends();
        }
        eventually(() -> assertThat(up.said().substring(before.length())).contains("site tokyo is back"));
        tokyo.comesToHold("customer", 1002, "(1002,\"berlin alone\")");
        berlin.comesToHold("customer", 1003, "(1003,\"tokyo alone\")");
    }

    @Test
    @Order(5)
    void verify_says_same_different_or_that_it_cannot_tell() throws Exception {
        Ended same = shell.antiphon("verify");
        assertThat(same.status()).as(same.said()).isZero();

        // The only way to write past us: the table is not published for a moment.
        berlin.writes(
                "ALTER PUBLICATION antiphon_cmd DROP TABLE customer",
                "INSERT INTO customer VALUES (666, 'unheard')",
                "ALTER PUBLICATION antiphon_cmd ADD TABLE customer");
        Ended different = shell.antiphon("verify");
        assertThat(different.status()).as(different.said()).isOne();
        assertThat(different.said()).contains("id=666").doesNotContain("unheard");
        berlin.writes("DELETE FROM customer WHERE id = 666");

        var connect =
                new ConnectRest(JSON.readTree(shell.antiphon("status", "--json").said())
                        .at("/endpoints/connect")
                        .asText());
        connect.pause("apply-tokyo");
        berlin.writes("INSERT INTO customer VALUES (667, 'late')");
        Ended cannotTell = shell.antiphon("verify", "--timeout", "3s");
        assertThat(cannotTell.status()).as(cannotTell.said()).isEqualTo(2);
        Ended notYet = shell.antiphon("wait", "--timeout", "1s");
        assertThat(notYet.status()).as(notYet.said()).isOne();
        connect.resume("apply-tokyo");
        assertThat(shell.antiphon("verify").status()).isZero();
    }

    @Test
    @Order(6)
    void two_pipelines_run_on_one_machine_and_one_database() {
        Ended again = shell.antiphon("up");
        assertThat(again.status()).as("the same home a second time").isOne();
        assertThat(again.said()).contains("--home").doesNotContain("\tat ");

        second = shell.starts("up", "-f", "second.yaml");
        eventually(() -> assertThat(second.said()).contains("ready"));
        berlin.writes("INSERT INTO place VALUES (1, 'Berlin')", "INSERT INTO customer VALUES (2000, 'both')");
        assertThat(shell.antiphon("verify", "-f", "second.yaml").status()).isZero();
        assertThat(shell.antiphon("verify").status()).isZero();
        assertThat(tokyo.row("place", 1)).contains("(1,Berlin)");
    }

    @Test
    @Order(7)
    void a_port_in_use_is_said() throws Exception {
        String connect = JSON.readTree(shell.antiphon("status", "--json").said())
                .at("/endpoints/connect")
                .asText();
        String port = connect.substring(connect.lastIndexOf(':') + 1);
        shell.file(
                "port.yaml",
                configuration(
                        "third",
                        "public.customer",
                        "ports: { http: 0, connect: " + port + ", kafka: 0, registry: 0 }"));

        Ended refused = shell.antiphon("up", "-f", "port.yaml");

        assertThat(refused.status()).isOne();
        assertThat(refused.said()).contains(port, "ports").doesNotContain("\tat ");
    }

    @Test
    @Order(7)
    void a_cluster_that_is_not_there_or_not_ours_is_said_before_anything_is_changed() throws Exception {
        JsonNode at = JSON.readTree(shell.antiphon("status", "--json").said()).path("endpoints");
        List<String> now = berlin.strings(WHAT_WE_ADD);
        String kafka = "kafka: { bootstrap.servers: \"%s\", registry: \"%s\", connect: \"%s\" }\nports: { http: 0 }";
        String broker = at.path("bootstrapServers").asText();
        String registry = at.path("registry").asText();
        String connect = at.path("connect").asText();

        cannotStart(kafka.formatted("127.0.0.1:1", registry, connect), "the broker at 127.0.0.1:1", "kafka.bootstrap");
        cannotStart(kafka.formatted(broker, "http://127.0.0.1:1/v7", connect), "registry at http", "kafka.registry");
        cannotStart(kafka.formatted(broker, registry, "http://127.0.0.1:1"), "Kafka Connect at", "kafka.connect");
        cannotStart(kafka.formatted(broker, registry, connect), "connector capture-berlin", "another mesh");
        assertThat(berlin.strings(WHAT_WE_ADD)).as("nothing has been changed").isEqualTo(now);
    }

    @Test
    @Order(8)
    void sigterm_stops_in_order_and_remove_leaves_the_databases_as_they_were() {
        Ended early = shell.antiphon("remove");
        assertThat(early.status()).as("it runs").isOne();
        List<ProcessHandle> children = up.process().descendants().toList();
        assertThat(children).hasSizeGreaterThanOrEqualTo(4);

        Ended stopped = up.asksToStop();
        assertThat(stopped.status()).as(stopped.said()).isZero();
        assertThat(stopped.said()).contains("stopped");
        assertThat(children).noneMatch(ProcessHandle::isAlive);

        Ended removed = shell.antiphon("remove");
        assertThat(removed.status()).as(removed.said()).isZero();
        assertThat(berlin.strings(WHAT_WE_ADD))
                .as("the other mesh stays")
                .contains("schema antiphon", "publication antiphon_other")
                .doesNotContain("publication antiphon_cmd");
        assertThat(second.asksToStop().status()).isZero();
        assertThat(shell.antiphon("remove", "-f", "second.yaml").status()).isZero();
        assertThat(berlin.strings(WHAT_WE_ADD)).isEqualTo(before);
        assertThat(tokyo.strings(WHAT_WE_ADD)).isEqualTo(before);
    }

    private void cannotStart(String kafka, String... words) {
        shell.file("cluster.yaml", configuration("third", "public.customer", kafka));
        Ended ended = shell.antiphon("up", "-f", "cluster.yaml");
        assertThat(ended.status()).as(ended.said()).isOne();
        assertThat(ended.said()).contains(words).doesNotContain("\tat ");
    }

    private Database database(String name) {
        Database database = provider.start(name);
        databases.add(database);
        return database;
    }

    private void refused(String file, String... words) {
        Ended ended = shell.antiphon("up", "-f", file);
        assertThat(ended.status()).as(ended.said()).isEqualTo(2);
        assertThat(ended.said()).contains(words).doesNotContain("\tat ");
        assertThat(ended.said().lines().filter(line -> !line.isBlank())).hasSizeLessThanOrEqualTo(2);
    }

    private String configuration(String mesh, String table, String more) {
        return """
                mesh: %s
                sites:
                  berlin: { url: "%s", user: %s, password: %s }
                  tokyo:  { url: "%s", user: %s, password: %s }
                tables:
                  %s: {}
                %s
                partitions: 3
                """.formatted(
                        mesh,
                        berlin.database().url(),
                        berlin.database().user(),
                        berlin.database().password(),
                        line.url(),
                        tokyo.database().user(),
                        tokyo.database().password(),
                        table,
                        more);
    }
}
