package io.antiphon.local.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AntiphonTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"demo", "up", "doctor", "status", "verify", "wait", "conflicts", "decide", "explain", "remove"})
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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            conflicts show public.nothing/[1]/5                   | names no conflict of this mesh
            conflicts show public.customer/[1]/yesterday          | names no conflict of this mesh
            conflicts --table public.nothing                      | there is no table 'public.nothing' in mesh shop: its tables are public.customer
            decide public.customer/[1]/5 --keep lima              | there is no site 'lima' in mesh shop: its sites are berlin, tokyo
            decide public.customer/[1]/5                          | Missing required argument
            decide public.customer/[1]/5 --keep berlin --delete   | mutually exclusive
            explain public.customer [1                            | is the key of no row
            explain public.nothing 1                              | there is no table 'public.nothing'
            """)
    void whatNamesNothingIsOneLine(String command, String says) throws Exception {
        var arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("-f", configuration().toString()));

        assertThat(antiphon(arguments.toArray(String[]::new))).isEqualTo(2);

        assertThat(err.toString().lines().findFirst())
                .hasValueSatisfying(
                        line -> assertThat(line).startsWith("antiphon: ").contains(says));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "conflicts",
                "conflicts show public.customer/[1]/5",
                "decide public.customer/[1]/5 --delete",
                "explain public.customer 1"
            })
    void whatDoesNotRunCannotBeAsked(String command) throws Exception {
        var arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of(
                "-f",
                configuration().toString(),
                "--home",
                folder.resolve("home").toString()));

        assertThat(antiphon(arguments.toArray(String[]::new))).isEqualTo(1);

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("does not run in", "start it with antiphon up");
    }

    @Test
    void aTimeThatIsNoneIsOneLine() {
        assertThat(antiphon("wait", "--timeout", "soon")).isEqualTo(2);
        assertThat(err.toString()).contains("'soon' is no time: write 500ms, 30s, 5m or 1h");
    }

    @Test
    void nothingThatRunsIsSaidToRun() throws Exception {
        Path file = configuration();
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

    private Path configuration() throws IOException {
        return Files.writeString(folder.resolve("antiphon.yaml"), """
                mesh: shop
                sites:
                  berlin: { url: "jdbc:postgresql://127.0.0.1:1/a", user: u }
                  tokyo: { url: "jdbc:postgresql://127.0.0.1:1/b", user: u }
                tables:
                  public.customer: {}
                """);
    }

    private int antiphon(String... arguments) {
        return Antiphon.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
