package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.contract.Conflict;
import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that are given other keys, at one site while others write them under the former one. */
@OnSharedMesh(schema = "moves", tables = """
        CREATE TABLE customer (id int PRIMARY KEY, name text, city text);
        CREATE TABLE numbered (id int PRIMARY KEY, name text);
        CREATE TABLE swapped (id int PRIMARY KEY, name text);""")
class MovesIT {
    private static final int ROWS = 10_000;

    @Test
    void an_update_reaches_the_row_under_the_key_it_was_given_meanwhile(Site berlin, Site tokyo, Shared mesh) {
        customer(1, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            tokyo.writes("UPDATE customer SET city = 'Tokyo' WHERE id = 1");
            berlin.writes("UPDATE customer SET id = 101, name = 'Ada L.' WHERE id = 1");
        });

        bothCometoHold(berlin, tokyo, 101, "(101,\"Ada L.\",Tokyo)");
        assertThat(berlin.row("customer", 1)).isEmpty();
        assertThat(mesh.conflicts("customer", 1)).isEmpty();
        assertThat(mesh.conflicts("customer", 101)).isEmpty();
    }

    @Test
    void of_two_keys_given_to_one_row_the_later_stands_and_one_conflict_names_both(
            Site berlin, Site tokyo, Shared mesh) {
        customer(2, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE customer SET id = 102 WHERE id = 2");
            berlin.writes("UPDATE customer SET city = 'Potsdam' WHERE id = 102");
            tokyo.writes("UPDATE customer SET id = 202 WHERE id = 2");
        });

        bothCometoHold(berlin, tokyo, 202, "(202,Ada,Potsdam)");
        eventually(() -> {
            assertThat(berlin.row("customer", 102)).isEmpty();
            assertThat(tokyo.row("customer", 102)).isEmpty();
        });
        List<Conflict> conflicts = mesh.conflicts("customer", 2);
        assertThat(conflicts).hasSize(1);
        assertThat(conflicts.get(0).getKind()).hasToString("MOVE_MOVE");
        assertThat(List.of(
                        conflicts.get(0).getStanding().getMovedTo().toString(),
                        conflicts.get(0).getIncoming().getMovedTo().toString()))
                .containsExactlyInAnyOrder("[102]", "[202]");
    }

    @Test
    void a_row_that_comes_to_a_key_somebody_inserted_meanwhile_takes_it_and_the_other_is_in_the_conflict_log(
            Site berlin, Site tokyo, Shared mesh) {
        customer(3, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE customer SET id = 103 WHERE id = 3");
            tokyo.writes("INSERT INTO customer VALUES (103, 'Grace', 'Tokyo')");
        });

        bothCometoHold(berlin, tokyo, 103, "(103,Ada,Paris)");
        eventually(() -> assertThat(mesh.conflicts("customer", 103)).anySatisfy(conflict -> assertThat(List.of(
                        String.valueOf(conflict.getStanding().getRow()),
                        String.valueOf(conflict.getIncoming().getRow())))
                .anySatisfy(row -> assertThat(row).contains("Grace"))));
    }

    @Test
    void a_delete_that_did_not_know_of_the_move_has_lost_and_is_in_the_conflict_log(
            Site berlin, Site tokyo, Shared mesh) {
        customer(4, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE customer SET id = 104 WHERE id = 4");
            tokyo.writes("DELETE FROM customer WHERE id = 4");
        });

        bothCometoHold(berlin, tokyo, 104, "(104,Ada,Paris)");
        eventually(() -> assertThat(mesh.conflicts("customer", 4)).hasSize(1));
    }

    @Test
    void keys_that_are_counted_up_lose_no_row(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO numbered SELECT i, 'row ' || i FROM generate_series(1, " + ROWS + ") i");
        mesh.settles("numbered");

        // One row after the other from the last on: each takes the key the one before it has just left
        berlin.writes("DO $$ BEGIN FOR i IN REVERSE " + ROWS
                + "..1 LOOP UPDATE numbered SET id = id + 1 WHERE id = i; END LOOP; END $$");
        tokyo.writes("UPDATE numbered SET name = 'late' WHERE id = 1");
        mesh.settles("numbered");

        eventually(() -> {
            assertThat(tokyo.rows("numbered"))
                    .isEqualTo(berlin.rows("numbered"))
                    .hasSize(ROWS);
            assertThat(tokyo.row("numbered", ROWS + 1)).contains("(" + (ROWS + 1) + ",\"row " + ROWS + "\")");
        });
    }

    @Test
    void keys_that_are_swapped_through_a_third_are_swapped_everywhere(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO swapped VALUES (1, 'one'), (2, 'two')");
        mesh.settles("swapped");

        mesh.whileNeitherHears(() -> {
            tokyo.writes("UPDATE swapped SET name = 'uno' WHERE id = 1");
            berlin.writes("UPDATE swapped SET id = 3 WHERE id = 1");
            berlin.writes("UPDATE swapped SET id = 1 WHERE id = 2");
            berlin.writes("UPDATE swapped SET id = 2 WHERE id = 3");
        });

        eventually(() -> assertThat(tokyo.rows("swapped"))
                .isEqualTo(berlin.rows("swapped"))
                .containsExactlyInAnyOrder("(1,two)", "(2,uno)"));
    }

    private static void customer(int id, Site berlin, Shared mesh) {
        berlin.writes("INSERT INTO customer VALUES (" + id + ", 'Ada', 'Paris')");
        mesh.settles("customer");
    }

    private static void bothCometoHold(Site berlin, Site tokyo, int id, String row) {
        eventually(() -> {
            assertThat(berlin.row("customer", id)).contains(row);
            assertThat(tokyo.row("customer", id)).contains(row);
        });
    }
}
