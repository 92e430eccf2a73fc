package io.antiphon.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Outcomes;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import io.antiphon.site.WriteCount;
import io.antiphon.site.WriteCount.Writes;
import org.junit.jupiter.api.Test;

/** What a resolver wrote in a transaction that never committed, as one that is killed leaves it. */
@OnSharedMesh(schema = "aborted", tables = "CREATE TABLE draft (id int PRIMARY KEY, note text);")
class AbortedOutcomesIT {
    @Test
    void an_outcome_whose_transaction_was_aborted_is_applied_nowhere(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO draft VALUES (1, 'first')");
        mesh.settles("draft");
        try (Outcomes outcomes = Outcomes.of(mesh, "draft");
                WriteCount atTokyo = tokyo.counting("draft")) {
            Outcomes.Written first = outcomes.newestOf("[1]");
            berlin.writes("UPDATE draft SET note = 'second' WHERE id = 1");
            mesh.settles("draft");

            outcomes.aborts(first);
            berlin.writes("INSERT INTO draft VALUES (2, 'behind it')");
            mesh.settles("draft");

            assertThat(tokyo.rows("draft")).containsExactly("(1,second)", "(2,\"behind it\")");
            assertThat(atTokyo.writes()).isEqualTo(new Writes(0, 2));
        }
    }
}
