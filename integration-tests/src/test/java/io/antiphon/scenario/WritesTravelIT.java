package io.antiphon.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import org.junit.jupiter.api.Test;

@OnSharedMesh(schema = "travel", tables = "CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, city text)")
class WritesTravelIT {
    @Test
    void an_insert_an_update_and_a_delete_travel_from_berlin_to_tokyo(Site berlin, Site tokyo) {
        writesTravel(berlin, tokyo, 1);
    }

    @Test
    void an_insert_an_update_and_a_delete_travel_from_tokyo_to_berlin(Site berlin, Site tokyo) {
        writesTravel(tokyo, berlin, 2);
    }

    @Test
    void a_row_is_written_by_both_sites_in_turn_without_a_conflict(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO customer VALUES (3, 'Ada', 'London')");
        tokyo.comesToHold("customer", 3, "(3,Ada,London)");
        tokyo.writes("UPDATE customer SET city = 'Turin' WHERE id = 3");
        berlin.comesToHold("customer", 3, "(3,Ada,Turin)");
        berlin.writes("UPDATE customer SET city = 'Paris' WHERE id = 3");
        tokyo.comesToHold("customer", 3, "(3,Ada,Paris)");

        mesh.settles("customer");

        assertThat(berlin.row("customer", 3))
                .isEqualTo(tokyo.row("customer", 3))
                .contains("(3,Ada,Paris)");
        assertThat(mesh.conflicts("customer", 3)).isEmpty();
    }

    private static void writesTravel(Site here, Site there, int id) {
        here.writes("INSERT INTO customer VALUES (" + id + ", 'Ada', NULL)");
        there.comesToHold("customer", id, "(" + id + ",Ada,)");

        here.writes("UPDATE customer SET city = 'London' WHERE id = " + id);
        there.comesToHold("customer", id, "(" + id + ",Ada,London)");

        here.writes("DELETE FROM customer WHERE id = " + id);
        there.comesToLose("customer", id);
    }
}
