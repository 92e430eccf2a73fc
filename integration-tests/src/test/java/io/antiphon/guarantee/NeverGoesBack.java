package io.antiphon.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * P9: a reader at a site never sees a row go back to a value it had before; every value is written once. A row that was deleted may come back
 * for a moment, so what it was before it was gone does not count.
 */
public final class NeverGoesBack implements Guarantee {
    private NeverGoesBack() {}

    public static Guarantee neverGoesBack() {
        return new NeverGoesBack();
    }

    private record At(SiteId site, int key) {}

    @Override
    public void holds(Evidence evidence) {
        Map<At, Set<String>> before = new HashMap<>();
        List<Sighting> backwards = new ArrayList<>();
        for (Sighting sighting : evidence.sightings()) {
            var at = new At(sighting.site(), sighting.key());
            if (sighting.value() == null) {
                before.remove(at);
            } else if (!before.computeIfAbsent(at, any -> new HashSet<>()).add(sighting.value())) {
                backwards.add(sighting);
            }
        }
        assertThat(evidence.sightings()).as("what readers saw").isNotEmpty();
        assertThat(backwards).as("rows seen to go back").isEmpty();
    }
}
