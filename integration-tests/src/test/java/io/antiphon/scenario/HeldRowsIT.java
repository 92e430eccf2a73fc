package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import org.junit.jupiter.api.Test;

/** Changes that nobody can read. */
@OnSharedMesh(schema = "held", tables = """
        CREATE TABLE typed (id int PRIMARY KEY, amount int, note text);
        CREATE TABLE neighbour (id int PRIMARY KEY, note text);""")
class HeldRowsIT {
    @Test
    void a_row_whose_change_cannot_be_read_is_held_until_its_site_shows_what_that_left(
            Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO typed VALUES (1, 1, 'one'), (2, 2, 'two')");
        mesh.settles("typed");

        berlin.writes("ALTER TABLE typed ALTER amount TYPE text");
        berlin.writes("UPDATE typed SET amount = '12' WHERE id = 1");
        eventually(() -> assertThat(mesh.held("typed")).contains("berlin", "typed"));
        berlin.writes("INSERT INTO neighbour VALUES (1, 'flows')");
        tokyo.comesToHold("neighbour", 1, "(1,flows)");
        eventually(() -> assertThat(mesh.deadLetters("typed")).isNotEmpty().allSatisfy(letter -> {
            assertThat(letter.getStage()).hasToString("RESOLVE");
            assertThat(letter.getKey()).hasToString("[1]");
        }));
        assertThat(tokyo.row("typed", 1)).contains("(1,1,one)");

        berlin.writes("ALTER TABLE typed ALTER amount TYPE int USING amount::int");
        berlin.writes("UPDATE typed SET note = 'uno' WHERE id = 1");

        tokyo.comesToHold("typed", 1, "(1,12,uno)");
        tokyo.writes("UPDATE typed SET note = 'zwei' WHERE id = 2");
        mesh.settles("typed");
        assertThat(berlin.rows("typed")).isEqualTo(tokyo.rows("typed")).containsExactly("(1,12,uno)", "(2,2,zwei)");
        assertThat(mesh.held("typed")).isEmpty();
    }
}
