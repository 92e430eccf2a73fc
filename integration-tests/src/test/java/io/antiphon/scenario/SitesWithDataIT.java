package io.antiphon.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

@OnSharedMesh(schema = "stock", tables = """
                CREATE TABLE only_berlin (id int PRIMARY KEY, name text);
                CREATE TABLE only_tokyo (id int PRIMARY KEY, name text);
                CREATE TABLE everywhere (id int PRIMARY KEY, name text, price numeric(10,2));""", berlin = """
                INSERT INTO only_berlin SELECT i, 'name ' || i FROM generate_series(1, 500) i;
                INSERT INTO everywhere SELECT i, 'same ' || i, i FROM generate_series(1, 200) i;
                INSERT INTO everywhere VALUES (1001, 'berlin', 1), (1002, 'berlin', 2), (2001, 'at berlin only', 3);""", tokyo = """
                INSERT INTO only_tokyo SELECT i, 'name ' || i FROM generate_series(1, 500) i;
                INSERT INTO everywhere SELECT i, 'same ' || i, i FROM generate_series(1, 200) i;
                INSERT INTO everywhere VALUES (1001, 'tokyo', 1), (1002, 'tokyo', 3), (2002, 'at tokyo only', 4);""")
class SitesWithDataIT {
    @Test
    void what_one_site_had_comes_to_an_empty_one(Site berlin, Site tokyo, Shared mesh) {
        mesh.settles("only_berlin", "only_tokyo");

        assertThat(tokyo.rows("only_berlin")).hasSize(500).isEqualTo(berlin.rows("only_berlin"));
        assertThat(berlin.rows("only_tokyo")).hasSize(500).isEqualTo(tokyo.rows("only_tokyo"));
    }

    @Test
    void rows_that_are_equal_are_no_conflict_and_rows_that_differ_are_decided_and_logged(
            Site berlin, Site tokyo, Shared mesh) {
        mesh.settles("everywhere");

        assertThat(tokyo.rows("everywhere")).hasSize(204).isEqualTo(berlin.rows("everywhere"));
        List<String> keys = mesh.mesh().conflicts(mesh.table("everywhere")).stream()
                .map(conflict -> conflict.getKey().toString())
                .toList();
        assertThat(keys).containsExactlyInAnyOrder("[1001]", "[1002]");
        assertThat(mesh.conflicts("everywhere", 1001)).allSatisfy(conflict -> assertThat(List.of(
                        conflict.getStanding().getRow().toString(),
                        conflict.getIncoming().getRow().toString()))
                .anyMatch(row -> row.contains("berlin"))
                .anyMatch(row -> row.contains("tokyo")));
    }

    /** Tokyo's were written after berlin's, before the mesh began; were that not known, berlin's would stand, which is named first. */
    @Test
    void of_rows_that_differ_the_one_that_was_written_last_stands(Site berlin, Site tokyo, Shared mesh) {
        mesh.settles("everywhere");

        assertThat(berlin.row("everywhere", 1001)).contains("(1001,tokyo,1.00)");
        assertThat(berlin.row("everywhere", 1002)).contains("(1002,tokyo,3.00)");
        assertThat(mesh.conflicts("everywhere", 1001))
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.getWinner()).hasToString("tokyo"));
    }

    @Test
    void rows_known_from_a_snapshot_are_written_on_by_both_sites(Site berlin, Site tokyo, Shared mesh) {
        mesh.settles("everywhere");
        berlin.writes("UPDATE everywhere SET price = 77 WHERE id = 1");
        tokyo.writes("UPDATE everywhere SET price = 78 WHERE id = 2");
        tokyo.writes("DELETE FROM everywhere WHERE id = 3");
        mesh.settles("everywhere");
        tokyo.writes("UPDATE everywhere SET price = 79 WHERE id = 1");
        mesh.settles("everywhere");

        assertThat(berlin.row("everywhere", 1))
                .isEqualTo(tokyo.row("everywhere", 1))
                .contains("(1,\"same 1\",79.00)");
        assertThat(berlin.row("everywhere", 2))
                .isEqualTo(tokyo.row("everywhere", 2))
                .contains("(2,\"same 2\",78.00)");
        assertThat(berlin.row("everywhere", 3))
                .isEqualTo(tokyo.row("everywhere", 3))
                .isEmpty();
        assertThat(mesh.conflicts("everywhere", 1)).isEmpty();
        berlin.writes("INSERT INTO everywhere VALUES (3, 'same 3', 3)");
        mesh.settles("everywhere");
    }
}
