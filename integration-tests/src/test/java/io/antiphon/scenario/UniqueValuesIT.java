package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values that only one row may have. */
@OnSharedMesh(schema = "claims", tables = "CREATE TABLE member (id int PRIMARY KEY, email text UNIQUE, name text);")
class UniqueValuesIT {
    @Test
    void of_two_rows_with_one_value_one_stands_at_every_site_and_the_other_comes_when_it_can(
            Site berlin, Site tokyo, Shared mesh) {
        mesh.whileNeitherHears(() -> {
            berlin.writes(
                    "INSERT INTO member VALUES (1, 'ada@x', 'of Berlin'), (3, 'b@x', 'beside'), (5, 'z@x', 'first')");
            tokyo.writes(
                    "INSERT INTO member VALUES (2, 'ada@x', 'of Tokyo'), (4, 't@x', 'beside'), (6, 'z@x', 'second')");
        });
        mesh.settles("member");

        bothHold(berlin, tokyo, 1, 9, "(1,ada@x,\"of Berlin\")", "(3,b@x,beside)", "(4,t@x,beside)", "(5,z@x,first)");
        eventually(() -> assertThat(mesh.conflicts("member", 2)).singleElement().satisfies(conflict -> {
            assertThat(conflict.getKind()).hasToString("UNIQUE");
            assertThat(conflict.getOtherKey()).hasToString("[1]");
            assertThat(conflict.getColumns()).map(Object::toString).containsExactly("email");
            assertThat(conflict.getStanding().getRow().toString()).contains("ada@x");
            assertThat(conflict.getIncoming().getRow().toString()).contains("ada@x", "of Tokyo");
        }));
        assertThat(mesh.conflicts("member", 1)).isEmpty();
        assertThat(mesh.deadLetters("member")).isEmpty();

        tokyo.writes(
                "UPDATE member SET email = 'lovelace@x' WHERE id = 1", "INSERT INTO member VALUES (6, 'w@x', 'anew')");
        bothHold(
                berlin,
                tokyo,
                1,
                9,
                "(1,lovelace@x,\"of Berlin\")",
                "(2,ada@x,\"of Tokyo\")",
                "(3,b@x,beside)",
                "(4,t@x,beside)",
                "(5,z@x,first)",
                "(6,w@x,anew)");
    }

    @Test
    void rows_that_swap_their_values_end_right_whatever_partitions_they_are_in(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO member SELECT i, 'v' || i, 'n' || i FROM generate_series(100, 119) i");
        mesh.settles("member");

        berlin.writes(
                "UPDATE member SET email = NULL WHERE id BETWEEN 100 AND 119",
                "UPDATE member SET email = 'v' || (id + CASE id % 2 WHEN 0 THEN 1 ELSE -1 END) WHERE id BETWEEN 100 AND 119");
        mesh.settles("member");

        eventually(() -> assertThat(members(tokyo, 100, 119))
                .hasSize(20)
                .contains("(100,v101,n100)", "(101,v100,n101)")
                .isEqualTo(members(berlin, 100, 119)));
        assertThat(mesh.deadLetters("member")).isEmpty();
    }

    @Test
    void a_value_is_handed_over_while_the_other_site_changes_the_row_that_had_it(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO member VALUES (21, 'h@x', 'had it')");
        mesh.settles("member");

        mesh.whileNeitherHears(() -> {
            berlin.writes(
                    "UPDATE member SET email = 'i@x' WHERE id = 21", "INSERT INTO member VALUES (20, 'h@x', 'has it')");
            tokyo.writes("UPDATE member SET name = 'renamed' WHERE id = 21");
        });
        mesh.settles("member");

        bothHold(berlin, tokyo, 20, 29, "(20,h@x,\"has it\")", "(21,i@x,renamed)");
    }

    private static void bothHold(Site berlin, Site tokyo, int from, int to, String... rows) {
        eventually(() -> {
            assertThat(members(berlin, from, to)).containsExactly(rows);
            assertThat(members(tokyo, from, to)).containsExactly(rows);
        });
    }

    private static List<String> members(Site site, int from, int to) {
        return site.strings("SELECT m::text FROM member m WHERE id BETWEEN " + from + " AND " + to + " ORDER BY id");
    }
}
