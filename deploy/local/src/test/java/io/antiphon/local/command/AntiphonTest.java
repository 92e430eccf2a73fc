package io.antiphon.local.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AntiphonTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"demo", "up", "doctor", "status", "verify", "wait", "remove"})
    void everyCommandExplainsItselfAndItsExitCodes(String command) {
        assertThat(antiphon(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: antiphon " + command, "Exit codes:");
    }

    @Test
    void anUnknownCommandIsOneLineWithTheNearestOne() {
        assertThat(antiphon("verfy")).isEqualTo(2);
        assertThat(err.toString()).startsWith("antiphon: Unmatched argument").contains("verify", "antiphon --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "doctor", "status", "verify", "wait", "remove"})
    void aMissingConfigurationIsOneLine(String command) {
        assertThat(antiphon(command, "-f", folder.resolve("nowhere.yaml").toString()))
                .isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().contains("nowhere.yaml", "no such file");
    }

    @Test
    void aTimeThatIsNoneIsOneLine() {
        assertThat(antiphon("wait", "--timeout", "soon")).isEqualTo(2);
        assertThat(err.toString()).contains("'soon' is no time: write 500ms, 30s, 5m or 1h");
    }

    @Test
    void nothingThatRunsIsSaidToRun() throws Exception {
        Path file = Files.writeString(folder.resolve("antiphon.yaml"), """
                mesh: shop
                sites:
                  berlin: { url: "jdbc:postgresql://127.0.0.1:1/a", user: u }
                  tokyo: { url: "jdbc:postgresql://127.0.0.1:1/b", user: u }
                tables:
                  public.customer: {}
                """);
        assertThat(antiphon(
                        "status",
                        "-f",
                        file.toString(),
                        "--home",
                        folder.resolve("home").toString()))
                .isEqualTo(1);
        assertThat(antiphon(
                        "up",
                        "-f",
                        file.toString(),
                        "--home",
                        folder.resolve("home").toString()))
                .isEqualTo(1);
        assertThat(folder.resolve("home")).doesNotExist();
    }

    private int antiphon(String... arguments) {
        return Antiphon.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
