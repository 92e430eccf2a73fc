package io.antiphon.local.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.antiphon.config.Configuration;
import io.antiphon.config.ConfigurationException;
import io.antiphon.config.Table;
import io.antiphon.local.conflict.ConflictLog;
import io.antiphon.local.conflict.Listing;
import io.antiphon.local.terminal.Bar;
import io.antiphon.local.terminal.Screen;
import io.antiphon.mesh.TableId;
import io.antiphon.time.HybridTime;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code antiphon conflicts}. */
@Command(
        name = "conflicts",
        mixinStandardHelpOptions = true,
        header = "Lists what was decided between changes that did not know of each other.",
        description = {
            "",
            "The newest are listed, or with @|bold --open|@ those of tables with conflicts: park that wait for a person. What the rules"
                    + " decided serves meanwhile. @|bold antiphon conflicts show|@ tells one in full, @|bold antiphon decide|@ closes it."
        },
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:they are listed, also where there are none",
            "1:the conflict log cannot be read",
            "2:the command line or the configuration cannot be used"
        },
        subcommands = ConflictsShowCommand.class)
final class ConflictsCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Option(names = "--open", description = "Only those that wait for a person.")
    private boolean open;

    @Option(names = "--table", paramLabel = "TABLE", description = "Only those of one table, as in public.customer.")
    private @Nullable String table;

    @Option(
            names = "--last",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many are listed at most, the newest (default: ${DEFAULT-VALUE}).")
    private int last = 100;

    @Option(names = "--json", description = "Print JSON, one conflict a line.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Configuration configuration = mesh.configuration();
        TableId only = table == null ? null : known(table, configuration);
        Screen screen = Screen.standard();
        var listing = new Listing(open, Math.max(0, last));
        try (var log = new ConflictLog(RunningMesh.of(mesh, configuration), configuration.partitions())) {
            log.read((passed, of) -> screen.draw(List.of(Bar.of("conflicts", passed, of))), conflict -> {
                var of = new TableId(conflict.getSchemaName(), conflict.getTableName());
                if (only == null ? !open || parks(of, configuration) : only.equals(of)) {
                    listing.add(conflict);
                }
            });
        }
        screen.clear();
        if (json) {
            for (Listing.Line line : listing.lines()) {
                screen.say(JSON.writeValueAsString(inJson(line)));
            }
        } else {
            print(listing, screen);
        }
        return Exit.GOOD;
    }

    /** @throws ConfigurationException if the mesh has no such table */
    static TableId known(String name, Configuration configuration) {
        return configuration.tables().stream()
                .map(Table::id)
                .filter(id -> id.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("there is no table '" + name + "' in mesh "
                        + configuration.mesh() + ": its tables are "
                        + String.join(
                                ", ",
                                configuration.tables().stream()
                                        .map(table -> table.id().toString())
                                        .toList())));
    }

    private static boolean parks(TableId table, Configuration configuration) {
        return configuration.tables().stream()
                .anyMatch(one -> one.parks() && one.id().equals(table));
    }

    private void print(Listing listing, Screen screen) {
        for (Listing.Line line : listing.lines()) {
            screen.say(screen.bold(line.id()) + "  " + state(line, screen));
            screen.say("  " + line.says());
        }
        if (listing.more() > 0) {
            screen.say(String.format(Locale.ROOT, "and %,d earlier; --last N lists more", listing.more()));
        } else if (listing.lines().isEmpty()) {
            screen.say(open ? "no conflict waits for a person" : "no conflicts");
        }
    }

    private static String state(Listing.Line line, Screen screen) {
        return switch (line.state()) {
            case "OPEN" -> screen.red("open") + ", " + line.winner() + " serves";
            case "JOINED" -> "joined by a later one";
            case "CLOSED" -> screen.green("closed");
            default -> "decided";
        };
    }

    private static ObjectNode inJson(Listing.Line line) {
        ObjectNode node = JSON.createObjectNode()
                .put("id", line.id())
                .put("table", line.table())
                .put("key", line.key())
                .put("state", line.state().toLowerCase(Locale.ROOT))
                .put("kind", line.kind());
        node.set("columns", JSON.valueToTree(line.columns()));
        node.set("sites", JSON.valueToTree(line.sites()));
        return node.put("winner", line.winner())
                .put("rule", line.rule())
                .put("version", line.version())
                .put("at", HybridTime.asInstant(line.version()).toString())
                .put("says", line.says());
    }
}
