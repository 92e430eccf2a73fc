package io.antiphon.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DatabaseNamesTest {
    /** PostgreSQL cuts longer names off, or refuses them. */
    private static final int LONGEST = 63;

    @Test
    void the_longest_names_fit_postgresql() {
        var names = new DatabaseNames(new MeshName("m".repeat(30)), new SiteId("s".repeat(20)));

        assertThat(names.slot()).hasSizeLessThanOrEqualTo(LONGEST);
        assertThat(names.publication()).hasSizeLessThanOrEqualTo(LONGEST);
        assertThat(names.origin(0)).hasSizeLessThanOrEqualTo(LONGEST);
    }

    @Test
    void longer_names_are_refused() {
        assertThatThrownBy(() -> new MeshName("m".repeat(31))).hasMessageContaining("at most 30");
        assertThatThrownBy(() -> new SiteId("s".repeat(21))).hasMessageContaining("at most 20");
    }
}
