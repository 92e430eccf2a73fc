package io.antiphon.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import io.antiphon.site.WriteCount;
import io.antiphon.site.WriteCount.Writes;
import org.junit.jupiter.api.Test;

@OnSharedMesh(schema = "echo", tables = "CREATE TABLE customer (id int PRIMARY KEY, name text)")
class EchoBoundIT {
    @Test
    void one_write_is_exactly_one_write_at_the_other_site_and_none_at_its_own(Site berlin, Site tokyo, Shared mesh) {
        try (WriteCount atBerlin = berlin.counting("customer");
                WriteCount atTokyo = tokyo.counting("customer")) {
            berlin.writes("INSERT INTO customer VALUES (1, 'Ada')");
            mesh.settles("customer");
            assertThat(atTokyo.writes()).isEqualTo(new Writes(0, 1));
            assertThat(atBerlin.writes()).isEqualTo(new Writes(1, 0));

            tokyo.writes("UPDATE customer SET name = 'Grace' WHERE id = 1");
            mesh.settles("customer");
            assertThat(atTokyo.writes()).isEqualTo(new Writes(1, 1));
            assertThat(atBerlin.writes()).isEqualTo(new Writes(1, 1));

            berlin.writes("DELETE FROM customer WHERE id = 1");
            mesh.settles("customer");
            assertThat(atTokyo.writes()).isEqualTo(new Writes(1, 2));
            assertThat(atBerlin.writes()).isEqualTo(new Writes(2, 1));
        }
    }

    @Test
    void a_transaction_of_two_thousand_rows_is_written_once_at_the_other_site(Site berlin, Site tokyo, Shared mesh) {
        try (WriteCount atBerlin = berlin.counting("customer");
                WriteCount atTokyo = tokyo.counting("customer")) {
            berlin.writes("INSERT INTO customer SELECT i, 'n' || i FROM generate_series(1001, 3000) i");
            mesh.settles("customer");

            assertThat(atTokyo.writes()).isEqualTo(new Writes(0, 2_000));
            assertThat(atBerlin.writes()).isEqualTo(new Writes(2_000, 0));
            assertThat(tokyo.rows("customer")).isEqualTo(berlin.rows("customer"));
        }
    }
}
