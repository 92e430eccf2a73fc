package io.antiphon.scenario;

import static io.antiphon.fault.CutOff.cutOff;
import static io.antiphon.guarantee.CausalNeverLoses.causalNeverLoses;
import static io.antiphon.guarantee.Convergence.convergence;
import static io.antiphon.guarantee.NeverGoesBack.neverGoesBack;
import static io.antiphon.guarantee.NothingLostSilently.nothingLostSilently;
import static io.antiphon.guarantee.UniqueAndChecksHold.uniqueAndChecksHold;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import org.junit.jupiter.api.Test;

@OnSharedMesh(schema = "rivalry", tables = """
        CREATE TABLE hot (id int PRIMARY KEY, note text CHECK (length(note) < 100));
        CREATE TABLE apart (id int PRIMARY KEY, note text);""")
class RivalryIT {
    @Test
    void both_sites_write_the_same_rows_at_once(Shared mesh) {
        Rivalry.of(mesh.mesh(), "rivalry.hot")
                .writing(1_000)
                .holds(
                        convergence(),
                        nothingLostSilently(),
                        causalNeverLoses(),
                        neverGoesBack(),
                        uniqueAndChecksHold());
    }

    @Test
    void both_sites_write_the_same_rows_while_one_is_cut_off(Shared mesh) {
        Rivalry.of(mesh.mesh(), "rivalry.apart")
                .writing(600)
                .during(cutOff("tokyo"))
                .holds(convergence(), nothingLostSilently(), causalNeverLoses(), neverGoesBack());
    }
}
