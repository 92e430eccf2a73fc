package io.antiphon.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ApplyConfigurationTest {
    private final ApplyConfiguration configuration = new ApplyConfiguration(
            new DatabaseNames(new MeshName("shop"), new SiteId("tokyo")),
            "fake",
            "jdbc:postgresql://db.tokyo/shop",
            "antiphon",
            "secret",
            "cluster",
            new TreeMap<>(Map.of("shop.resolved.public.customer", "id-1", "shop.resolved.public.account", "id-2")),
            "http://registry",
            2);

    @Test
    void theRenderedSettingsAreReadBackAsTheyWere() {
        ApplySettings read = ApplySettings.of(configuration.render());

        assertThat(read.target().names()).isEqualTo(configuration.names());
        assertThat(read.registry()).isEqualTo("http://registry");
        assertThat(read.target().topicIds()).isEqualTo(configuration.topicIds());
        assertThat(read.target().password().value()).isEqualTo("secret");
        assertThat(read.tableOf("shop.resolved.public.account")).hasToString("public.account");
    }

    @Test
    void onlyWhatTheResolverCommittedIsRead() {
        assertThat(configuration.render())
                .containsEntry("name", "apply-tokyo")
                .containsEntry("topics", "shop.resolved.public.account,shop.resolved.public.customer")
                .containsEntry("consumer.override.isolation.level", "read_committed")
                .containsEntry("consumer.override.auto.offset.reset", "earliest");
    }

    @Test
    void thePasswordIsNotShown() {
        assertThat(configuration.toString()).doesNotContain("secret");
        assertThat(ApplySettings.of(configuration.render()).toString()).doesNotContain("secret");
    }
}
