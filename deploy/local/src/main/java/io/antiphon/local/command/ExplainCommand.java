package io.antiphon.local.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.antiphon.config.Configuration;
import io.antiphon.config.ConfigurationException;
import io.antiphon.key.RowKey;
import io.antiphon.local.history.Event;
import io.antiphon.local.history.RowHistory;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.stack.ResolverRow;
import io.antiphon.local.stack.ResolverRow.Told;
import io.antiphon.local.terminal.Bar;
import io.antiphon.local.terminal.Screen;
import io.antiphon.mesh.TableId;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code antiphon explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        header =
                "Tells the history of one row: who wrote what, knowing what, what was decided, and who has acknowledged it.",
        description = {
            "",
            "Put together from the captured, resolved and conflict topics, as far back as they are kept, and from what the resolver"
                    + " remembers of the row."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is told",
            "1:nothing is known of such a row, or the topics cannot be read",
            "2:the command line or the configuration cannot be used"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern WHOLE_NUMBER = Pattern.compile("0|-?[1-9]\\d*");

    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Parameters(index = "0", paramLabel = "TABLE", description = "The table, as in public.customer.")
    private String table = "";

    @Parameters(
            index = "1",
            paramLabel = "KEY",
            description = "The row's key: its value, or a JSON array of the key's columns, as in '[\"berlin\", 7]'.")
    private String key = "";

    @Option(names = "--json", description = "Print JSON, one event a line, and last what the resolver remembers.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Configuration configuration = mesh.configuration();
        TableId id = ConflictsCommand.known(table, configuration);
        String canonical = canonical(key);
        Endpoints endpoints = RunningMesh.of(mesh, configuration);
        Screen screen = Screen.standard();
        RowHistory history = RowHistory.of(
                endpoints,
                configuration,
                id,
                canonical,
                (passed, of) -> screen.draw(List.of(Bar.of("records", passed, of))));
        screen.clear();
        Told told = ResolverRow.of(endpoints, id.toString(), canonical);
        List<Event> events = history.events();
        if (events.isEmpty() && !(told instanceof Told.Known)) {
            screen.say("nothing is known of " + id + " " + canonical
                    + (told instanceof Told.NoAnswer noAnswer ? "; " + noAnswer.why() : ""));
            return Exit.BAD;
        }
        if (json) {
            inJson(events, told, screen);
        } else {
            screen.say(screen.bold(id + " " + canonical));
            if (history.more() > 0) {
                screen.say(String.format(Locale.ROOT, "  (%,d events before these)", history.more()));
            }
            events.forEach(event -> screen.say(String.format(
                    Locale.ROOT, "  %s  %-10s %s", Instant.ofEpochMilli(event.at()), event.who(), event.says())));
            now(told).forEach(screen::say);
        }
        return Exit.GOOD;
    }

    /** @throws ConfigurationException if it is the key of no row */
    static String canonical(String text) {
        try {
            var values = new ArrayList<Object>();
            if (text.startsWith("[")) {
                JSON.readTree(text).forEach(value -> values.add(of(value)));
            } else {
                values.add(of(text));
            }
            return RowKey.of(values).text();
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    "'" + text
                            + "' is the key of no row: write its value, or a JSON array of the key's columns, as in '[\"berlin\", 7]'");
        }
    }

    private static Object of(String plain) {
        if (WHOLE_NUMBER.matcher(plain).matches()) {
            return new BigInteger(plain);
        }
        return plain;
    }

    private static Object of(JsonNode value) {
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isIntegralNumber()) {
            return value.bigIntegerValue();
        }
        if (value.isNumber()) {
            return value.decimalValue();
        }
        return value.asText();
    }

    private static List<String> now(Told told) {
        if (told instanceof Told.NoAnswer noAnswer) {
            return List.of("  now: not known, " + noAnswer.why());
        }
        if (!(told instanceof Told.Known known)) {
            return List.of("  now: the resolver remembers nothing of it");
        }
        JsonNode row = known.row();
        long version = row.path("version").asLong();
        var lines = new ArrayList<String>();
        lines.add("  now: version " + version + ", by " + row.path("author").asText() + ": "
                + row.path("row").asText("deleted"));
        row.path("sites").fields().forEachRemaining(site -> {
            JsonNode is = site.getValue();
            String seen = is.path("seen").asLong() == 0
                    ? "nothing of it"
                    : "version " + is.path("seen").asLong();
            lines.add(String.format(
                    Locale.ROOT,
                    "    %-10s knows %s; %s",
                    site.getKey(),
                    seen,
                    is.path("answered").asLong() >= version
                            ? "has acknowledged this version"
                            : is.path("holds").asBoolean()
                                    ? "holds it, not yet acknowledged"
                                    : "has not acknowledged it"));
        });
        if (row.has("open")) {
            lines.add("    waits for a person: antiphon decide '"
                    + row.path("open").path("decideOn").asText() + "'");
        }
        return lines;
    }

    private static void inJson(List<Event> events, Told told, Screen screen) throws JsonProcessingException {
        for (Event event : events) {
            ObjectNode line = JSON.createObjectNode()
                    .put("at", Instant.ofEpochMilli(event.at()).toString())
                    .put("who", event.who())
                    .put("what", event.what())
                    .put("says", event.says());
            event.more().forEach((name, value) -> line.set(name, JSON.valueToTree(value)));
            screen.say(JSON.writeValueAsString(line));
        }
        if (told instanceof Told.Known known) {
            screen.say(JSON.writeValueAsString(JSON.createObjectNode().set("now", known.row())));
        }
    }
}
