package io.antiphon.local.command;

import io.antiphon.config.Configuration;
import io.antiphon.config.ConfigurationException;
import io.antiphon.config.Site;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.Decision;
import io.antiphon.local.conflict.ConflictId;
import io.antiphon.local.conflict.ConflictLog;
import io.antiphon.local.conflict.RowOfAPerson;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.terminal.Screen;
import io.antiphon.mesh.SiteId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code antiphon decide}. */
@Command(
        name = "decide",
        mixinStandardHelpOptions = true,
        header = "Decides a conflict that waits for a person.",
        description = {
            "",
            "The decision is a write that has seen everything it decides about, so it stands at every site. It is refused where the row is no"
                    + " longer what was shown under this name; what it says then names the conflict as it is now."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is decided",
            "1:it is refused, the reason is printed",
            "2:the command line or the configuration cannot be used, or no answer came in time: it may still be carried out"
        })
final class DecideCommand implements Callable<Integer> {
    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Parameters(paramLabel = "CONFLICT", description = "Its name, as antiphon conflicts shows it; quote it.")
    private String conflict = "";

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    /** One of the three. */
    private static final class What {
        @Option(
                names = "--keep",
                paramLabel = "SITE",
                description = "What this site wrote stands; of a row that others changed too, the columns in conflict.")
        private @Nullable String keep;

        @Option(
                names = "--row",
                paramLabel = "JSON",
                description = "The row is this: a JSON object of columns; those left out stay as they are.")
        private @Nullable String row;

        @Option(names = "--delete", description = "The row is deleted.")
        private boolean delete;
    }

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who decides, for the conflict log (default: the user's name).")
    private String by = System.getProperty("user.name", "somebody");

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Durations.class,
            description = "How long to wait for the answer: 500ms, 30s, 5m (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(30);

    @Override
    public Integer call() {
        Configuration configuration = mesh.configuration();
        ConflictId id = ConflictsShowCommand.named(conflict, configuration);
        if (what.keep != null) {
            known(what.keep, configuration);
        }
        Endpoints endpoints = RunningMesh.of(mesh, configuration);
        String row = what.row == null ? null : RowOfAPerson.read(what.row, id, configuration);
        Screen screen = Screen.standard();
        var decision = new Decision(
                UUID.randomUUID().toString(),
                id.toString(),
                id.table().schema(),
                id.table().name(),
                id.key(),
                id.version(),
                what.keep,
                row,
                by);
        screen.draw(List.of("waiting for the answer"));
        Optional<Conflict> answer;
        try (var log = new ConflictLog(endpoints, configuration.partitions())) {
            answer = log.decide(id, decision, timeout);
        }
        screen.clear();
        return answer.map(told -> told(told, id, screen)).orElseGet(() -> {
            screen.say("no answer after " + timeout.toMillis() / 1000.0
                    + " s: the decision may still be carried out; antiphon conflicts show '" + id + "' tells");
            return Exit.UNUSABLE;
        });
    }

    private static int told(Conflict answer, ConflictId id, Screen screen) {
        if (answer.getState().equals("CLOSED")) {
            screen.say(screen.green("decided") + ": " + id.table() + " " + id.key() + " is "
                    + (answer.getOutcome() == null ? "deleted" : answer.getOutcome()) + " (version "
                    + answer.getOutcomeVersion() + ")");
            return Exit.GOOD;
        }
        screen.say(screen.red("refused") + ": " + answer.getCause());
        return Exit.BAD;
    }

    private static void known(String site, Configuration configuration) {
        List<String> sites = Stream.concat(configuration.sites().stream().map(Site::id), Stream.of(SiteId.PEOPLE))
                .map(SiteId::text)
                .toList();
        if (!sites.contains(site)) {
            throw new ConfigurationException("there is no site '" + site + "' in mesh " + configuration.mesh()
                    + ": its sites are "
                    + configuration.sites().stream().map(one -> one.id().text()).collect(Collectors.joining(", ")));
        }
    }
}
