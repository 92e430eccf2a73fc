package io.antiphon.local.command;

import io.antiphon.local.bench.BenchRun;
import io.antiphon.local.bench.Plan;
import io.antiphon.local.bench.Report;
import io.antiphon.local.bench.Scenario;
import io.antiphon.local.bench.Telling;
import io.antiphon.local.terminal.Bar;
import io.antiphon.local.terminal.Screen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code antiphon bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        header = "Measures how fast it is on this machine.",
        description = {
            "",
            "Starts two PostgreSQL servers and the whole pipeline, warms up, and measures: rows a second of each stage and end to end,"
                    + " processor time of each process for each row, and how long a row takes. With @|bold --baseline|@ Debezium's own"
                    + " JDBC sink is measured over the same captured topics in the same run. Leaves nothing behind."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was measured, or was asked to stop", "1:it could not be"})
final class BenchCommand implements Callable<Integer> {
    private static final int LESS = 10;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Rows of the one transaction (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--transactions",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Single-row transactions (default: ${DEFAULT-VALUE}).")
    private int transactions;

    @Option(
            names = "--increments",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Increments of 1,000 rows, by both sites together (default: ${DEFAULT-VALUE}).")
    private int increments;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Rows a second of the steady load (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--only",
            paramLabel = "WHAT",
            split = ",",
            description = "Only these of ${COMPLETION-CANDIDATES}, separated by commas.")
    private Set<Scenario> only = EnumSet.noneOf(Scenario.class);

    @Option(
            names = "--baseline",
            description = "Measure Debezium's own JDBC sink too, and give every figure as a ratio.")
    private boolean baseline;

    @Option(names = "--quick", description = "A tenth of everything: to see that it works, not how fast it is.")
    private boolean quick;

    @Option(names = "--json", description = "Print the report as JSON, and what is being done to standard error.")
    private boolean json;

    @Option(
            names = "--profile",
            paramLabel = "FOLDER",
            description = "Leave flight recordings of the resolver, the Connect worker and the broker there.")
    private @Nullable Path profile;

    @Override
    public Integer call() throws Exception {
        int part = quick ? LESS : 1;
        var plan = new Plan(
                rows / part,
                transactions / part,
                increments / part,
                rate,
                Duration.ofSeconds(quick ? 5 : 30),
                only,
                baseline,
                Optional.ofNullable(profile));
        Screen screen = Screen.standard();
        return Foreground.run(() -> {
            Report report = BenchRun.of(plan, telling(screen));
            screen.clear();
            if (json) {
                screen.say(report.json());
            } else {
                screen.say("");
                report.table().forEach(screen::say);
            }
            return Exit.GOOD;
        });
    }

    private Telling telling(Screen screen) {
        return new Telling() {
            @Override
            public void step(String line) {
                if (json) {
                    System.err.println(line);
                } else {
                    screen.say(screen.dim(line));
                }
            }

            @Override
            public void progress(String what, long done, long of) {
                if (!json) {
                    screen.draw(List.of(Bar.of(what, done, of)));
                }
            }
        };
    }
}
