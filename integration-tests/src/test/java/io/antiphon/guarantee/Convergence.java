package io.antiphon.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.Site;
import java.util.List;

/** P1: once writes stop and all is applied, every site holds the same rows. */
public final class Convergence implements Guarantee {
    private Convergence() {}

    public static Guarantee convergence() {
        return new Convergence();
    }

    @Override
    public void holds(Evidence evidence) {
        List<String> first = evidence.anySite().rows(evidence.table().toString());
        for (Site site : evidence.mesh().sites()) {
            assertThat(site.rows(evidence.table().toString()))
                    .as("%s at %s and at %s", evidence.table(), site, evidence.anySite())
                    .isEqualTo(first);
        }
    }
}
