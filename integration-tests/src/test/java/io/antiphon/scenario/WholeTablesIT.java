package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.antiphon.config.Truncate;
import io.antiphon.local.stack.ConnectRest;
import io.antiphon.mesh.TableId;
import io.antiphon.site.Ground;
import io.antiphon.site.Mesh;
import io.antiphon.site.Site;
import io.antiphon.site.WallClock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is about all rows of a table at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeTablesIT {
    private static final String SCHEMA = "whole";
    private static final String TABLES = """
            CREATE TABLE emptied (id int PRIMARY KEY, note text);
            CREATE TABLE anew (id int PRIMARY KEY, note text);""";

    private Mesh mesh;
    private Site berlin;
    private Site tokyo;

    @BeforeAll
    void a_mesh() {
        mesh = Mesh.start(
                SCHEMA,
                new TreeMap<>(Map.of("berlin", WallClock.RIGHT, "tokyo", WallClock.RIGHT)),
                List.of(Ground.of(SCHEMA, TABLES)));
        berlin = mesh.site("berlin").in(SCHEMA);
        tokyo = mesh.site("tokyo").in(SCHEMA);
    }

    @AfterAll
    void stops() {
        mesh.close();
    }

    @Test
    void a_truncate_holds_what_its_site_writes_to_the_table_until_a_person_has_said_what_it_meant() {
        berlin.writes("INSERT INTO emptied SELECT i, 'n' || i FROM generate_series(1, 60) i");
        settles("emptied");

        berlin.writes("TRUNCATE emptied", "INSERT INTO emptied SELECT i, 'after' FROM generate_series(55, 90) i");
        eventually(() -> assertThat(mesh.held(table("emptied"))).contains("truncated at berlin"));
        tokyo.writes("INSERT INTO emptied VALUES (1000, 'tokyo goes on')");
        berlin.comesToHold("emptied", 1000, "(1000,\"tokyo goes on\")");
        assertThat(tokyo.rows("emptied")).hasSize(61).contains("(1,n1)", "(60,n60)");
        eventually(() -> assertThat(mesh.deadLetters(table("emptied")))
                .singleElement()
                .satisfies(letter -> assertThat(letter.getStage()).hasToString("TRUNCATE")));

        mesh.startsAgain(Truncate.HOLD);
        eventually(() -> assertThat(mesh.held(table("emptied"))).contains("truncated at berlin"));
        assertThat(tokyo.rows("emptied")).hasSize(61);

        mesh.startsAgain(Truncate.DELETE);

        settles("emptied");
        assertThat(tokyo.rows("emptied"))
                .hasSize(37)
                .isEqualTo(berlin.rows("emptied"))
                .contains("(55,after)", "(90,after)", "(1000,\"tokyo goes on\")");
        assertThat(mesh.held(table("emptied"))).isEmpty();
    }

    @Test
    void a_site_whose_slot_was_lost_is_read_anew_and_what_it_deleted_meanwhile_goes_everywhere() {
        berlin.writes("INSERT INTO anew SELECT i, 'n' || i FROM generate_series(1, 60) i");
        settles("anew");
        ConnectRest connect = mesh.stack().connect();

        connect.stop("capture-tokyo");
        tokyo.writes(
                "UPDATE anew SET note = 'unheard' WHERE id <= 10",
                "DELETE FROM anew WHERE id > 50",
                "INSERT INTO anew SELECT i, 'unheard' FROM generate_series(101, 110) i");
        berlin.writes("UPDATE anew SET note = 'sent' WHERE id BETWEEN 21 AND 30");
        tokyo.comesToHold("anew", 30, "(30,sent)");
        tokyo.strings("SELECT pg_drop_replication_slot('antiphon_whole_tokyo')");
        // It may be seen to run before it has failed, or not.
        catchThrowable(() -> connect.resume("capture-tokyo"));
        eventually(() -> assertThat(connect.status("capture-tokyo").failure())
                .hasValueSatisfying(reason -> assertThat(reason).contains("slot is gone")));
        connect.stop("capture-tokyo");
        connect.forget("capture-tokyo");
        connect.resume("capture-tokyo");

        settles("anew");
        assertThat(berlin.rows("anew"))
                .hasSize(60)
                .isEqualTo(tokyo.rows("anew"))
                .contains("(1,unheard)", "(10,unheard)", "(21,sent)", "(30,sent)", "(50,n50)", "(110,unheard)");
        tokyo.writes("INSERT INTO anew VALUES (60, 'heard again')");
        berlin.comesToHold("anew", 60, "(60,\"heard again\")");
    }

    private void settles(String table) {
        mesh.settles(List.of(table(table)));
    }

    private static TableId table(String name) {
        return new TableId(SCHEMA, name);
    }
}
