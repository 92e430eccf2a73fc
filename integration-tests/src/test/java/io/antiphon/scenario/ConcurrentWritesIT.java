package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.contract.Conflict;
import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

@OnSharedMesh(schema = "apart", tables = """
        CREATE TABLE customer (id int PRIMARY KEY, name text, city text, credit int);
        CREATE TABLE document (id int PRIMARY KEY, title text, body text);""", rowWise = "document")
class ConcurrentWritesIT {
    @Test
    void of_two_updates_of_one_column_the_later_stands_and_the_other_is_in_the_conflict_log(
            Site berlin, Site tokyo, Shared mesh) {
        customer(1, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE customer SET city = 'Berlin' WHERE id = 1");
            tokyo.writes("UPDATE customer SET city = 'Tokyo' WHERE id = 1");
        });
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 1, "(1,Ada,Tokyo,0)");
        Conflict conflict = onlyConflict(mesh, "customer", 1);
        assertThat(conflict.getKind()).hasToString("UPDATE_UPDATE");
        assertThat(conflict.getWinner()).hasToString("tokyo");
        assertThat(conflict.getColumns()).map(Object::toString).containsExactly("city");
        assertThat(rows(conflict)).anyMatch(row -> row.contains("Berlin")).anyMatch(row -> row.contains("Tokyo"));
    }

    @Test
    void updates_of_different_columns_are_both_kept_without_a_conflict(Site berlin, Site tokyo, Shared mesh) {
        customer(2, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE customer SET city = 'Berlin' WHERE id = 2");
            tokyo.writes("UPDATE customer SET credit = 7 WHERE id = 2");
        });
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 2, "(2,Ada,Berlin,7)");
        assertThat(mesh.conflicts("customer", 2)).isEmpty();
    }

    @Test
    void a_row_that_moves_as_a_whole_is_one_sites_or_the_others(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO document VALUES (1, 'title', 'body')");
        mesh.settles("document");

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE document SET title = 'berlin' WHERE id = 1");
            tokyo.writes("UPDATE document SET body = 'tokyo' WHERE id = 1");
        });
        mesh.settles("document");

        bothHold(berlin, tokyo, "document", 1, "(1,title,tokyo)");
        assertThat(rows(onlyConflict(mesh, "document", 1))).anyMatch(row -> row.contains("berlin"));
    }

    @Test
    void the_same_change_at_both_sites_is_no_conflict(Site berlin, Site tokyo, Shared mesh) {
        mesh.whileNeitherHears(() -> {
            berlin.writes("INSERT INTO customer VALUES (3, 'Ada', 'Paris', 1)");
            tokyo.writes("INSERT INTO customer VALUES (3, 'Ada', 'Paris', 1)");
        });
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 3, "(3,Ada,Paris,1)");
        assertThat(mesh.conflicts("customer", 3)).isEmpty();
    }

    @Test
    void of_two_inserts_of_one_key_the_later_stands(Site berlin, Site tokyo, Shared mesh) {
        mesh.whileNeitherHears(() -> {
            tokyo.writes("INSERT INTO customer VALUES (4, 'Aiko', 'Tokyo', 1)");
            berlin.writes("INSERT INTO customer VALUES (4, 'Bernd', 'Berlin', 2)");
        });
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 4, "(4,Bernd,Berlin,2)");
        Conflict conflict = onlyConflict(mesh, "customer", 4);
        assertThat(conflict.getKind()).hasToString("INSERT_INSERT");
        assertThat(rows(conflict)).anyMatch(row -> row.contains("Aiko"));
    }

    @Test
    void a_later_delete_beats_an_update(Site berlin, Site tokyo, Shared mesh) {
        customer(5, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE customer SET city = 'Berlin' WHERE id = 5");
            tokyo.writes("DELETE FROM customer WHERE id = 5");
        });
        mesh.settles("customer");

        assertThat(berlin.row("customer", 5))
                .isEqualTo(tokyo.row("customer", 5))
                .isEmpty();
        assertThat(rows(onlyConflict(mesh, "customer", 5))).anyMatch(row -> row.contains("Berlin"));
    }

    @Test
    void a_later_update_beats_a_delete(Site berlin, Site tokyo, Shared mesh) {
        customer(6, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            tokyo.writes("DELETE FROM customer WHERE id = 6");
            berlin.writes("UPDATE customer SET city = 'Berlin' WHERE id = 6");
        });
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 6, "(6,Ada,Berlin,0)");
        assertThat(mesh.conflicts("customer", 6)).hasSize(1);
    }

    @Test
    void a_row_deleted_at_one_site_is_inserted_again_at_the_other(Site berlin, Site tokyo, Shared mesh) {
        customer(7, berlin, mesh);

        berlin.writes("DELETE FROM customer WHERE id = 7");
        tokyo.comesToLose("customer", 7);
        tokyo.writes("INSERT INTO customer VALUES (7, 'Grace', 'Tokyo', 1)");
        berlin.comesToHold("customer", 7, "(7,Grace,Tokyo,1)");
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 7, "(7,Grace,Tokyo,1)");
        assertThat(mesh.conflicts("customer", 7)).isEmpty();
    }

    @Test
    void a_row_deleted_and_inserted_again_while_the_other_site_updates_it_is_the_same_everywhere(
            Site berlin, Site tokyo, Shared mesh) {
        customer(8, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            tokyo.writes("UPDATE customer SET city = 'Tokyo' WHERE id = 8");
            berlin.writes("DELETE FROM customer WHERE id = 8");
            berlin.writes("INSERT INTO customer VALUES (8, 'Grace', 'Berlin', 1)");
        });
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 8, "(8,Grace,Berlin,1)");
        assertThat(mesh.conflicts("customer", 8)).isNotEmpty().anyMatch(conflict -> rows(conflict).stream()
                .anyMatch(row -> row.contains("Tokyo")));
    }

    /** The guard: without it the outcome would overwrite what its decision did not know. */
    @Test
    void an_update_made_while_the_outcome_of_an_older_conflict_is_on_its_way_is_not_lost(
            Site berlin, Site tokyo, Shared mesh) {
        customer(9, berlin, mesh);

        tokyo.hearsNothing();
        tokyo.writes("UPDATE customer SET city = 'Tokyo' WHERE id = 9");
        berlin.writes("UPDATE customer SET city = 'Berlin' WHERE id = 9");
        eventually(() -> assertThat(mesh.conflicts("customer", 9)).hasSize(1));
        tokyo.saysNothing();
        tokyo.writes("UPDATE customer SET city = 'Osaka' WHERE id = 9");
        long refusedBefore = refusals(mesh);
        tokyo.hearsAgain();
        eventually(() -> assertThat(tokyo.strings(
                        "SELECT outcomes FROM antiphon.position WHERE resolved_topic LIKE '%.apart.customer'"))
                .anyMatch(outcomes -> outcomes.contains("REFUSED")));
        assertThat(tokyo.row("customer", 9)).contains("(9,Ada,Osaka,0)");
        tokyo.speaksAgain();
        mesh.settles("customer");

        bothHold(berlin, tokyo, "customer", 9, "(9,Ada,Osaka,0)");
        assertThat(refusals(mesh)).isGreaterThan(refusedBefore);
        assertThat(mesh.conflicts("customer", 9)).hasSize(2);
    }

    private static void customer(int id, Site site, Shared mesh) {
        site.writes("INSERT INTO customer VALUES (" + id + ", 'Ada', 'London', 0)");
        mesh.settles("customer");
    }

    private static void bothHold(Site berlin, Site tokyo, String table, int id, String row) {
        assertThat(berlin.row(table, id)).as("at berlin").contains(row);
        assertThat(tokyo.row(table, id)).as("at tokyo").contains(row);
    }

    private static Conflict onlyConflict(Shared mesh, String table, int id) {
        List<Conflict> conflicts = mesh.conflicts(table, id);
        assertThat(conflicts).hasSize(1);
        return conflicts.get(0);
    }

    private static List<String> rows(Conflict conflict) {
        return List.of(
                String.valueOf(conflict.getStanding().getRow()),
                String.valueOf(conflict.getIncoming().getRow()));
    }

    private static long refusals(Shared mesh) {
        return mesh.mesh().status().at("/sites/tokyo/refusals").asLong();
    }
}
