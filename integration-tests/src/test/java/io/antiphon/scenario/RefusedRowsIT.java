package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import org.junit.jupiter.api.Test;

/** What a database refuses. */
@OnSharedMesh(schema = "refused", tables = """
                CREATE TABLE strict (id int PRIMARY KEY, amount int);
                CREATE TABLE seat (id int PRIMARY KEY, holder text, seat text UNIQUE);""", tokyo = "ALTER TABLE strict ADD CHECK (amount < 100)")
class RefusedRowsIT {
    @Test
    void a_row_that_a_database_refuses_for_ever_is_parked_while_its_neighbours_flow(
            Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO strict SELECT i, i FROM generate_series(1, 150) i");
        mesh.settles("strict");

        assertThat(tokyo.rows("strict")).hasSize(99);
        assertThat(berlin.rows("strict")).hasSize(150);
        assertThat(mesh.deadLetters("strict")).hasSize(51).allSatisfy(letter -> {
            assertThat(letter.getStage()).hasToString("APPLY");
            assertThat(letter.getSite()).hasToString("tokyo");
            assertThat(letter.getCause().toString()).contains("23514");
        });

        berlin.writes("UPDATE strict SET amount = amount - 100 WHERE amount >= 100");
        mesh.settles("strict");
        assertThat(tokyo.rows("strict")).hasSize(150).isEqualTo(berlin.rows("strict"));
    }

    @Test
    void a_unique_value_is_handed_over_from_row_to_row(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO seat SELECT i, 'h' || i, 's' || i FROM generate_series(1, 40) i");
        mesh.settles("seat");

        for (int round = 1; round <= 5; round++) {
            berlin.writes(
                    "UPDATE seat SET seat = NULL",
                    "UPDATE seat SET seat = 's' || (place + " + round + ") % 40 + 1 FROM"
                            + " (SELECT id, row_number() OVER (ORDER BY id) AS place FROM seat) placed WHERE placed.id = seat.id",
                    "WITH gone AS (DELETE FROM seat WHERE id = " + round + " RETURNING seat)"
                            + " INSERT INTO seat SELECT " + (100 + round) + ", 'new', seat FROM gone");
        }
        mesh.settles("seat");
        eventually(() -> assertThat(tokyo.rows("seat")).hasSize(40).isEqualTo(berlin.rows("seat")));
        assertThat(mesh.deadLetters("seat")).isEmpty();
    }
}
