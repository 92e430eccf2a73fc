package io.antiphon.scenario;

import static io.antiphon.guarantee.CausalNeverLoses.causalNeverLoses;
import static io.antiphon.guarantee.Convergence.convergence;
import static io.antiphon.guarantee.EchoBound.echoBoundOf;
import static io.antiphon.guarantee.NothingLostSilently.nothingLostSilently;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.guarantee.EchoBound;
import io.antiphon.mesh.TableId;
import io.antiphon.site.Ground;
import io.antiphon.site.Mesh;
import io.antiphon.site.Site;
import io.antiphon.site.WallClock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Three sites: berlin's clock is right, lima's ten minutes slow, osaka's a day fast. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SkewedClocksIT {
    private static final TableId CUSTOMER = new TableId("clocks", "customer");
    private static final TableId HOT = new TableId("clocks", "hot");

    private Mesh mesh;
    private Site berlin;
    private Site lima;
    private Site osaka;

    @BeforeAll
    void a_mesh() {
        Assumptions.assumeTrue(
                WallClock.canBeWrong(), "clocks are shown wrong by libfaketime: install the package faketime");
        Map<String, WallClock> clocks = new LinkedHashMap<>();
        clocks.put("berlin", WallClock.RIGHT);
        clocks.put("lima", WallClock.TEN_MINUTES_SLOW);
        clocks.put("osaka", WallClock.A_DAY_FAST);
        mesh = Mesh.start("skewed", clocks, List.of(Ground.of("clocks", """
                CREATE TABLE customer (id int PRIMARY KEY, name text, city text);
                CREATE TABLE hot (id int PRIMARY KEY, note text);""")));
        berlin = mesh.site("berlin").in("clocks");
        lima = mesh.site("lima").in("clocks");
        osaka = mesh.site("osaka").in("clocks");
    }

    @AfterAll
    void stops() {
        if (mesh != null) {
            mesh.close();
        }
    }

    @Test
    void the_clocks_are_wrong() {
        String offset = "SELECT round(extract(epoch FROM clock_timestamp() - to_timestamp(" + System.currentTimeMillis()
                + " / 1000.0)) / 60)";
        assertThat(berlin.strings(offset)).containsExactly("0");
        assertThat(lima.strings(offset)).containsExactly("-10");
        assertThat(osaka.strings(offset)).containsExactly("1440");
    }

    @Test
    void whoever_has_seen_a_row_may_change_it_whatever_the_clocks_say() {
        osaka.writes("INSERT INTO customer VALUES (1, 'Ada', 'Osaka')");
        lima.comesToHold("customer", 1, "(1,Ada,Osaka)");
        lima.writes("UPDATE customer SET city = 'Lima' WHERE id = 1");
        berlin.comesToHold("customer", 1, "(1,Ada,Lima)");
        osaka.comesToHold("customer", 1, "(1,Ada,Lima)");
        berlin.writes("UPDATE customer SET city = 'Berlin' WHERE id = 1");
        osaka.comesToHold("customer", 1, "(1,Ada,Berlin)");
        osaka.writes("UPDATE customer SET city = 'Kyoto' WHERE id = 1");
        lima.comesToHold("customer", 1, "(1,Ada,Kyoto)");
        lima.writes("DELETE FROM customer WHERE id = 1");
        osaka.comesToLose("customer", 1);
        berlin.comesToLose("customer", 1);
        lima.writes("INSERT INTO customer VALUES (1, 'Grace', 'Lima')");
        mesh.settles(List.of(CUSTOMER));

        for (Site site : List.of(berlin, lima, osaka)) {
            assertThat(site.row("customer", 1)).as("at %s", site).contains("(1,Grace,Lima)");
        }
        assertThat(mesh.conflicts(CUSTOMER))
                .noneMatch(conflict -> conflict.getKey().toString().equals("[1]"));
    }

    @Test
    void one_write_is_one_write_at_each_other_site() {
        try (EchoBound echoes = echoBoundOf("customer", berlin, lima, osaka)) {
            lima.writes("INSERT INTO customer VALUES (2, 'Ada', 'Lima')");
            mesh.settles(List.of(CUSTOMER));

            echoes.holds(lima, 1, 0);
            echoes.holds(berlin, 0, 1);
            echoes.holds(osaka, 0, 1);
        }
    }

    @Test
    void a_clock_that_is_a_day_fast_does_not_win_for_a_day() {
        berlin.writes("INSERT INTO customer VALUES (3, 'Ada', '')");
        mesh.settles(List.of(CUSTOMER));
        mesh.sites().forEach(Site::hearsNothing);
        osaka.writes("UPDATE customer SET city = 'Osaka' WHERE id = 3");
        // Eleven seconds are more than max.clock.skew.
        berlin.writes("SELECT pg_sleep(11)", "UPDATE customer SET city = 'Berlin' WHERE id = 3");
        mesh.sites().forEach(Site::hearsAgain);
        mesh.settles(List.of(CUSTOMER));

        for (Site site : List.of(berlin, lima, osaka)) {
            assertThat(site.row("customer", 3)).as("at %s", site).contains("(3,Ada,Berlin)");
        }
        assertThat(mesh.status().at("/sites/osaka/pulledBack").asLong()).isPositive();
    }

    @Test
    void three_sites_write_the_same_rows_at_once() {
        Rivalry.of(mesh, HOT.toString()).writing(400).holds(convergence(), nothingLostSilently(), causalNeverLoses());
    }
}
