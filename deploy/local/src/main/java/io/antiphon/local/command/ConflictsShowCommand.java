package io.antiphon.local.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.antiphon.config.Configuration;
import io.antiphon.config.ConfigurationException;
import io.antiphon.config.Table;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import io.antiphon.local.conflict.ConflictId;
import io.antiphon.local.conflict.ConflictLog;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.stack.ResolverRow;
import io.antiphon.local.stack.ResolverRow.Told;
import io.antiphon.local.terminal.Bar;
import io.antiphon.local.terminal.Screen;
import io.antiphon.time.HybridTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code antiphon conflicts show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        header = "Tells one conflict in full: what each site wrote, knowing what, and what came of it.",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is told",
            "1:there is no such conflict, or the conflict log cannot be read",
            "2:the command line or the configuration cannot be used"
        })
final class ConflictsShowCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Parameters(paramLabel = "CONFLICT", description = "Its name, as antiphon conflicts shows it; quote it.")
    private String conflict = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Configuration configuration = mesh.configuration();
        ConflictId id = named(conflict, configuration);
        Endpoints endpoints = RunningMesh.of(mesh, configuration);
        Screen screen = Screen.standard();
        var history = new History(id.toString());
        try (var log = new ConflictLog(endpoints, configuration.partitions())) {
            log.readOf(id, (passed, of) -> screen.draw(List.of(Bar.of("conflicts", passed, of))), history::add);
        }
        screen.clear();
        Conflict found = history.found;
        if (found == null) {
            screen.say("there is no conflict " + id + "; antiphon conflicts --table " + id.table() + " lists them");
            return Exit.BAD;
        }
        Told told = ResolverRow.of(endpoints, id.table().toString(), id.key());
        screen.say(json ? inJson(history, found, told) : inWords(history, found, told, screen));
        return Exit.GOOD;
    }

    /** @throws ConfigurationException if it is the name of no conflict of this mesh */
    static ConflictId named(String text, Configuration configuration) {
        try {
            return ConflictId.parse(
                    text, configuration.tables().stream().map(Table::id).toList());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(String.valueOf(e.getMessage()));
        }
    }

    /** What the log says of one conflict. */
    private static final class History {
        private final String id;
        private @Nullable Conflict found;
        private @Nullable Conflict end;

        History(String id) {
            this.id = id;
        }

        void add(Conflict conflict) {
            if (conflict.getId().equals(id) && !conflict.getState().equals("REFUSED")) {
                found = conflict;
            } else if (id.equals(conflict.getReplaces())) {
                end = conflict;
            }
        }

        String state() {
            Conflict record = found;
            if (record == null || !record.getState().equals("OPEN")) {
                return record == null || record.getState().equals("DECIDED") ? "decided" : "a person's decision";
            }
            return end == null ? "open" : end.getState().equals("OPEN") ? "joined" : "closed";
        }
    }

    private static String inWords(History history, Conflict conflict, Told told, Screen screen) {
        var lines = new ArrayList<String>();
        String state = history.state();
        lines.add(screen.bold(conflict.getId()) + "  " + (state.equals("open") ? screen.red(state) : state));
        lines.add("  what met   " + conflict.getKind()
                + (conflict.getColumns().isEmpty() ? "" : " on " + String.join(", ", conflict.getColumns())));
        if (conflict.getOtherKey() == null) {
            sides(conflict).forEach(side -> lines.add(told(side)));
            lines.add("  decided    by " + conflict.getRule() + ": " + conflict.getWinner()
                    + (state.equals("decided") ? " stands" : " serves until a person decides"));
        } else {
            lines.add(told(conflict.getIncoming()));
            lines.add("  row " + conflict.getOtherKey() + " has the value: "
                    + conflict.getStanding().getRow());
            lines.add("  decided    by " + conflict.getRule()
                    + ": that row stands; this one is kept, and stands at no site" + " until it lets go");
        }
        lines.add("  the row    " + row(conflict.getOutcome()));
        Conflict end = history.end;
        if (end != null && end.getState().equals("CLOSED")) {
            lines.add("  closed     by " + end.getDecidedBy() + " at " + HybridTime.asInstant(end.getOutcomeVersion())
                    + ": " + row(end.getOutcome()));
        } else if (end != null) {
            lines.add("  joined     by " + end.getId());
        }
        if (state.equals("open")) {
            openNow(conflict, told, lines);
        }
        return String.join("\n", lines);
    }

    private static void openNow(Conflict conflict, Told told, List<String> lines) {
        String id = conflict.getId();
        if (told instanceof Told.Known known && known.row().path("open").has("decideOn")) {
            String now = known.row().path("open").path("decideOn").asText();
            if (!now.equals(id)) {
                lines.add("  since      " + known.row().path("author").asText() + " changed the row: "
                        + known.row().path("row").asText("deleted"));
                id = now;
            }
        } else if (told instanceof Told.NoAnswer noAnswer) {
            lines.add("  since      not known: " + noAnswer.why());
        }
        String keepable = sides(conflict).stream().map(ConflictSide::getSite).collect(Collectors.joining("|"));
        lines.add("  to decide  antiphon decide '" + id + "' --keep " + keepable);
        lines.add("             antiphon decide '" + id + "' --row '{\"column\": value, …}'");
    }

    private static List<ConflictSide> sides(Conflict conflict) {
        var sides = new ArrayList<>(List.of(conflict.getStanding(), conflict.getIncoming()));
        sides.addAll(conflict.getOthers());
        // which side stood is an accident of arrival: the same conflict always reads the same
        sides.sort(Comparator.comparing(ConflictSide::getSite));
        return sides;
    }

    private static String told(ConflictSide side) {
        return String.format(
                Locale.ROOT,
                "  %-10s at %s, having seen %s: %s",
                side.getSite(),
                HybridTime.asInstant(side.getWriteTime()),
                side.getSeen() == 0 ? "nothing of it" : "version " + side.getSeen(),
                row(side.getRow()) + (side.getMovedTo() == null ? "" : ", moved to " + side.getMovedTo()));
    }

    private static String row(@Nullable String row) {
        return row == null ? "deleted" : row;
    }

    private static String inJson(History history, Conflict conflict, Told told) throws JsonProcessingException {
        ObjectNode all = JSON.createObjectNode()
                .put("id", conflict.getId())
                .put("table", conflict.getSchemaName() + "." + conflict.getTableName())
                .put("key", conflict.getKey())
                .put("state", history.state())
                .put("kind", conflict.getKind())
                .put("rule", conflict.getRule())
                .put("winner", conflict.getWinner());
        if (conflict.getOtherKey() != null) {
            all.put("otherKey", conflict.getOtherKey());
        }
        all.set("columns", JSON.valueToTree(conflict.getColumns()));
        for (ConflictSide side : sides(conflict)) {
            ObjectNode one = all.withArray("sides")
                    .addObject()
                    .put("site", side.getSite())
                    .put("writeTime", side.getWriteTime())
                    .put("version", side.getVersion())
                    .put("seen", side.getSeen());
            one.set("row", row(side.getRow(), JSON));
            if (side.getMovedTo() != null) {
                one.put("movedTo", side.getMovedTo());
            }
        }
        all.put("outcomeVersion", conflict.getOutcomeVersion());
        all.set("outcome", row(conflict.getOutcome(), JSON));
        Conflict end = history.end;
        if (end != null) {
            all.put(end.getState().equals("OPEN") ? "joinedBy" : "closedBy", end.getId());
            all.put("decidedBy", end.getDecidedBy());
        }
        if (told instanceof Told.Known known) {
            all.set("now", known.row());
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }

    private static JsonNode row(@Nullable String text, ObjectMapper json) throws JsonProcessingException {
        return text == null ? json.nullNode() : json.readTree(text);
    }
}
