package io.antiphon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("docs/configuration.md")
class ConfigurationPageTest {
    @Test
    void is_what_the_definition_of_the_keys_says() throws IOException {
        assertThat(Files.readString(Path.of("../docs/configuration.md")))
                .as("docs/configuration.md is stale; write it anew from the project's folder with: "
                        + ConfigurationPage.COMMAND)
                .isEqualTo(ConfigurationPage.text());
    }

    @Test
    void begins_with_an_example_that_can_be_read(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("antiphon.yaml"), ConfigurationPage.EXAMPLE);

        Configuration read = Configuration.read(file, Map.of("BERLIN_PASSWORD", "one", "TOKYO_PASSWORD", "two"));

        assertThat(read.sites()).hasSize(2);
        assertThat(read.tables()).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource(Key.class)
    void explains_every_key_in_a_table_that_stays_one(Key key) {
        assertThat(key.says).isNotBlank().doesNotContain("|", "\n");
        assertThat(key.example).doesNotContain("|");
    }
}
