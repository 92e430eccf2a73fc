package io.antiphon.local.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.config.Configuration;
import io.antiphon.local.stack.ConnectRest;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.stack.ResolverStatus;
import io.antiphon.local.stack.Sites;
import io.antiphon.local.stack.StackException;
import io.antiphon.local.terminal.Screen;
import io.antiphon.mesh.SiteId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code antiphon status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        header = "Says how the pipeline is doing, and where it is reached.",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it runs", "1:it does not run, or a part of it does not", "2:the configuration cannot be used"
        })
final class StatusCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Configuration configuration = mesh.configuration();
        Optional<Endpoints> found = Endpoints.in(mesh.home(configuration));
        Screen screen = Screen.standard();
        if (found.isEmpty()) {
            screen.say(
                    json
                            ? JSON.createObjectNode()
                                    .put("mesh", configuration.mesh().text())
                                    .put("state", "stopped")
                                    .toString()
                            : mesh.stopped(configuration));
            return Exit.BAD;
        }
        Endpoints endpoints = found.get();
        List<ConnectRest.Status> connectors = connectors(endpoints);
        Optional<JsonNode> resolver = ResolverStatus.at(endpoints);
        Map<SiteId, String> away = unreachable(configuration);
        boolean good = away.isEmpty()
                && !connectors.isEmpty()
                && connectors.stream().allMatch(ConnectRest.Status::running)
                && resolver.map(status -> status.path("state").asText().equals("running"))
                        .orElse(false);
        if (json) {
            screen.say(inJson(endpoints, connectors, resolver, away));
        } else {
            inWords(endpoints, connectors, resolver, screen);
            away.values().forEach(reason -> screen.say("  " + screen.red(reason)));
        }
        return good ? Exit.GOOD : Exit.BAD;
    }

    private static List<ConnectRest.Status> connectors(Endpoints endpoints) {
        try {
            var connect = new ConnectRest(endpoints.connect());
            return connect.connectors().stream().sorted().map(connect::status).toList();
        } catch (StackException notReachable) {
            return List.of();
        }
    }

    private static Map<SiteId, String> unreachable(Configuration configuration) {
        var away = new LinkedHashMap<SiteId, String>();
        for (PostgresSite site : Sites.of(configuration)) {
            try {
                site.connect().close();
            } catch (SiteException e) {
                away.put(site.id(), String.valueOf(e.getMessage()));
            } catch (SQLException e) {
                away.put(site.id(), site.id() + ": " + e.getMessage());
            }
        }
        return away;
    }

    private static String inJson(
            Endpoints endpoints,
            List<ConnectRest.Status> connectors,
            Optional<JsonNode> resolver,
            Map<SiteId, String> away)
            throws JsonProcessingException {
        ObjectNode all = JSON.createObjectNode();
        all.put("mesh", endpoints.mesh());
        all.put("state", resolver.map(status -> status.path("state").asText()).orElse("unreachable"));
        all.set("endpoints", JSON.valueToTree(endpoints));
        ObjectNode each = all.putObject("connectors");
        for (ConnectRest.Status connector : connectors) {
            ObjectNode one = each.putObject(connector.name()).put("state", connector.state());
            connector.tasks().forEach(task -> one.withArray("tasks").add(task.state()));
            connector.failure().ifPresent(reason -> one.put("failure", reason));
        }
        resolver.ifPresent(status -> all.set("resolver", status));
        ObjectNode unreachable = all.putObject("unreachable");
        away.forEach((site, reason) -> unreachable.put(site.text(), reason));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }

    private static void inWords(
            Endpoints endpoints, List<ConnectRest.Status> connectors, Optional<JsonNode> resolver, Screen screen) {
        screen.say(screen.bold(endpoints.mesh()) + "  resolver "
                + resolver.map(status -> status.path("state").asText()).orElse(screen.red("unreachable")));
        endpoints.lines().forEach(screen::say);
        if (connectors.isEmpty()) {
            screen.say("  " + screen.red("Kafka Connect does not answer"));
        }
        for (ConnectRest.Status connector : connectors) {
            screen.say(String.format(
                    Locale.ROOT,
                    "  %-20s %-10s %s",
                    connector.name(),
                    connector.state(),
                    connector.tasks().stream().map(ConnectRest.Task::state).toList()));
            connector.failure().ifPresent(reason -> screen.say("      " + screen.red(reason)));
        }
        resolver.ifPresent(status -> table(status).forEach(screen::say));
    }

    private static List<String> table(JsonNode status) {
        var lines = new ArrayList<String>();
        lines.add(String.format(
                Locale.ROOT,
                "  %-12s %10s %10s %10s %8s %9s %13s",
                "site",
                "captured",
                "decided",
                "applied",
                "lag s",
                "refusals",
                "dead letters"));
        status.path("sites").fields().forEachRemaining(site -> {
            JsonNode is = site.getValue();
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-12s %,10d %,10d %,10d %8.2f %,9d %,13d",
                    site.getKey(),
                    is.path("captured").asLong(),
                    is.path("decided").asLong(),
                    is.path("applied").asLong(),
                    is.path("lagSeconds").asDouble(),
                    is.path("refusals").asLong(),
                    is.path("deadLetters").asLong()));
        });
        status.path("tables").fields().forEachRemaining(table -> {
            JsonNode held = table.getValue().path("held");
            if (held.isTextual()) {
                lines.add("  table " + table.getKey() + " is held: " + held.asText());
            }
        });
        lines.add("  conflicts " + status.path("conflicts").asLong());
        return lines;
    }
}
