package io.antiphon.config;

import io.antiphon.mesh.SiteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A configuration as a file that reads back as the same one, but for the passwords, which it leaves out. */
final class Rendering {
    private final StringBuilder yaml = new StringBuilder();

    private Rendering() {}

    static String of(Configuration configuration) {
        var rendering = new Rendering();
        rendering.all(configuration);
        return rendering.yaml.toString();
    }

    private void all(Configuration it) {
        line(Key.MESH, quoted(it.mesh().text()));
        line("sites:");
        it.sites()
                .forEach(site -> line(
                        "  " + site.id() + ": { url: " + quoted(site.url()) + ", user: " + quoted(site.user()) + " }"));
        line("tables:");
        it.tables().forEach(table -> line("  " + quoted(table.id().toString()) + ": " + table(table)));
        line(Key.KAFKA, kafka(it.kafka()));
        line(Key.PORTS, ports(it.ports()));
        line(
                Key.RETENTION,
                "{ captured: " + duration(it.retention().captured()) + ", conflicts: "
                        + duration(it.retention().conflicts()) + " }");
        line(Key.PARTITIONS, String.valueOf(it.partitions()));
        line(Key.MAX_CLOCK_SKEW, duration(it.maxClockSkew()));
        line(Key.RESOLVER_THREADS, String.valueOf(it.resolverThreads()));
        line(Key.SINK_TASKS, String.valueOf(it.sinkTasks()));
    }

    private static String table(Table table) {
        String groups = table.together().stream().map(Rendering::list).collect(Collectors.joining(", "));
        String truncate = table.truncate() == Truncate.HOLD
                ? ""
                : ", truncate: " + table.truncate().word();
        var columns = new ArrayList<String>();
        if (!groups.isEmpty()) {
            columns.add("together: [" + groups + "]");
        }
        table.merges().forEach((column, merge) -> columns.add(quoted(column) + ": { " + merge(merge) + " }"));
        return "{ granularity: " + table.granularity().word() + ", deletes: "
                + table.deletes().word() + ", " + merge(table.merge()) + truncate
                + (columns.isEmpty() ? "" : ", columns: { " + String.join(", ", columns) + " }")
                + (table.allowedTriggers().isEmpty()
                        ? ""
                        : ", " + Key.ALLOWED_TRIGGERS.key + ": "
                                + list(table.allowedTriggers().stream().sorted().toList()))
                + (table.parks() ? ", conflicts: park" : "")
                + " }";
    }

    private static String merge(MergeRule rule) {
        return "merge: " + quoted(rule.name())
                + (rule.priority().isEmpty()
                        ? ""
                        : ", priority: "
                                + list(rule.priority().stream()
                                        .map(SiteId::text)
                                        .toList()))
                + (rule.atLeast() == null ? "" : ", at-least: " + rule.atLeast().toPlainString())
                + (rule.atMost() == null ? "" : ", at-most: " + rule.atMost().toPlainString());
    }

    private static String list(List<String> columns) {
        return columns.stream().map(Rendering::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String kafka(Kafka kafka) {
        if (kafka instanceof Kafka.Cluster cluster) {
            return "{ bootstrap.servers: " + quoted(cluster.bootstrapServers()) + ", registry: "
                    + quoted(cluster.registry())
                    + (cluster.connect() == null ? "" : ", connect: " + quoted(cluster.connect())) + " }";
        }
        return "{ embedded: true }";
    }

    private static String ports(Ports ports) {
        return "{ listen: " + quoted(ports.listen()) + ", http: " + ports.http() + ", connect: " + ports.connect()
                + ", kafka: " + ports.kafka() + ", registry: " + ports.registry() + " }";
    }

    private static String duration(@Nullable Duration duration) {
        return duration == null ? "forever" : duration.toMillis() + "ms";
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ' || c == 0x7f) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }

    private void line(Key key, String value) {
        line(key.key + ": " + value);
    }

    private void line(String text) {
        yaml.append(text).append('\n');
    }
}
