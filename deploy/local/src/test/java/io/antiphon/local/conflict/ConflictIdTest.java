package io.antiphon.local.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.mesh.TableId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConflictIdTest {
    private static final List<TableId> TABLES = List.of(TableId.parse("public.a"), TableId.parse("public.a/b"));

    @Test
    void itReadsBackAsItIsShownWhateverTheTableAndTheKeyAreCalled() {
        assertThat(List.of(
                        new ConflictId(TABLES.get(0), "[1]", 1_790_000_000_000_000L),
                        new ConflictId(TABLES.get(0), "[\"x/7\",\"y\"]", 5),
                        new ConflictId(TABLES.get(1), "[\"/\"]", 0)))
                .allSatisfy(id ->
                        assertThat(ConflictId.parse(id.toString(), TABLES)).isEqualTo(id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "public.a",
                "public.a/[1]",
                "public.a/5",
                "public.c/[1]/5",
                "public.a/[1]/-5",
                "public.a/[1]/five"
            })
    void whatNamesNoRowOfTheMeshIsRefused(String text) {
        assertThatThrownBy(() -> ConflictId.parse(text, TABLES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names no conflict of this mesh");
    }
}
