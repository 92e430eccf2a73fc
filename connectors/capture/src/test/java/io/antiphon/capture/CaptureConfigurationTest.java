package io.antiphon.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CaptureConfigurationTest {
    private Map<TableId, Set<String>> generated = Map.of();
    private CaptureConfiguration.Database database = new CaptureConfiguration.Database(
            "127.0.0.1", 5432, "shop", "antiphon", "${env:BERLIN_PASSWORD}", Map.of("sslmode", "require"));

    @Test
    void oneSitesConnectorIsNamedAndPrefixedAfterIt() {
        assertThat(capture("public.customer").render())
                .containsEntry("name", "capture-berlin")
                .containsEntry("topic.prefix", "shop.berlin")
                .containsEntry("slot.name", "antiphon_shop_berlin")
                .containsEntry("publication.name", "antiphon_shop")
                .containsEntry("database.password", "${env:BERLIN_PASSWORD}")
                .containsEntry("database.sslmode", "require")
                .containsEntry("transforms.capture.mesh", "shop")
                .containsEntry("transforms.capture.site", "berlin")
                .containsEntry("key.converter", "io.antiphon.capture.RowKeyConverter")
                .containsEntry("value.converter", "io.antiphon.capture.CapturedConverter");
        assertThat(capture("public.customer").heartbeatTopic()).isEqualTo("__debezium-heartbeat.shop.berlin");
    }

    @Test
    void theConfiguredTablesAndOursAreCapturedAndNoOther() {
        List<String> patterns = List.of(capture("public.customer", "sales.my$table")
                .render()
                .get("table.include.list")
                .split(","));

        assertThat(patterns).anyMatch("public.customer"::matches).anyMatch("sales.my$table"::matches);
        assertThat(patterns).anyMatch("antiphon.position"::matches).anyMatch("antiphon.marker"::matches);
        assertThat(patterns).anyMatch("antiphon.heartbeat"::matches);
        assertThat(patterns).noneMatch("public_customer"::matches).noneMatch("public.customer2"::matches);
    }

    @Test
    void valuesAreSpelledInOneWayWhateverTheDatabaseWasTold() {
        String spelling = "-c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=1 -c lc_monetary=C";
        assertThat(capture("public.customer").render()).containsEntry("database.options", spelling);
        database = new CaptureConfiguration.Database(
                "127.0.0.1", 5432, "shop", "antiphon", "secret", Map.of("options", "-c statement_timeout=0"));

        assertThat(capture("public.customer").render())
                .containsEntry("database.options", "-c statement_timeout=0 " + spelling);
    }

    @Test
    void aPasswordIsNotInTheText() {
        assertThat(database).hasToString("antiphon@127.0.0.1:5432/shop");
        assertThat(capture("public.customer").toString()).doesNotContain("BERLIN_PASSWORD");
    }

    @Test
    void aSiteWithoutTablesIsRefused() {
        assertThatThrownBy(this::capture).hasMessage("site berlin has no table to capture");
    }

    @Test
    void generatedColumnsAreNotCaptured() {
        generated = Map.of(TableId.parse("public.line"), Set.of("total"));

        assertThat(capture("public.line").render()).containsEntry("column.exclude.list", "public\\.line\\.total");
        generated = Map.of();
        assertThat(capture("public.line").render()).doesNotContainKey("column.exclude.list");
    }

    private CaptureConfiguration capture(String... tables) {
        return new CaptureConfiguration(
                new MeshName("shop"),
                new SiteId("berlin"),
                List.of(tables).stream().map(TableId::parse).toList(),
                generated,
                3,
                database,
                "http://127.0.0.1:8081/apis/ccompat/v7");
    }
}
