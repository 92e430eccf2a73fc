package io.antiphon.capture;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The configuration of the Debezium connector that captures one PostgreSQL site.
 *
 * <p>The slot is made by the connector, the publication is not: it must exist, with the captured tables and our own.
 *
 * @param tables the configured tables, without our own
 * @param generated the columns of the tables that the database computes itself: they follow from the others, so they are not captured
 * @param partitions of every captured topic
 * @param database where the site is and who captures it
 * @param registry address of the schema registry as the Connect worker reaches it
 */
public record CaptureConfiguration(
        MeshName mesh,
        SiteId site,
        List<TableId> tables,
        Map<TableId, Set<String>> generated,
        int partitions,
        Database database,
        String registry) {
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    /** Debezium gathers a batch for this long, and spins through the last millisecond of it: shorter costs a tenth of a processor. */
    private static final Duration POLL = Duration.ofMillis(50);

    public CaptureConfiguration {
        tables = List.copyOf(tables);
        generated = Map.copyOf(generated);
        if (tables.isEmpty()) {
            throw new IllegalArgumentException("site " + site + " has no table to capture");
        }
    }

    /**
     * A PostgreSQL database.
     *
     * @param password as it is, or a reference that Kafka Connect resolves, as in <code>${env:BERLIN_PASSWORD}</code>
     * @param driver more settings of the JDBC driver, by their own names, as in {@code sslmode}
     */
    public record Database(
            String host, int port, String name, String user, String password, Map<String, String> driver) {
        public Database {
            driver = Map.copyOf(driver);
        }

        @Override
        public String toString() {
            return user + "@" + host + ":" + port + "/" + name;
        }
    }

    /** The connector's name in Kafka Connect. */
    public String name() {
        return "capture-" + site;
    }

    /** The topic Debezium's heartbeats go to; without it the slot of an idle site would not advance. */
    public String heartbeatTopic() {
        return "__debezium-heartbeat." + new Topics(mesh).capturePrefix(site);
    }

    /** The connector's configuration as Kafka Connect takes it. */
    public Map<String, String> render() {
        var rendered = new LinkedHashMap<String, String>();
        rendered.put("name", name());
        // Not the classes themselves, here and below: they need Debezium's, and whoever renders this has none of them.
        rendered.put("connector.class", "io.antiphon.capture.PostgresCapture");
        rendered.put("tasks.max", "1");
        renderSource(rendered);
        renderValues(rendered);
        renderRecords(rendered);
        renderHeartbeat(rendered);
        renderThroughput(rendered);
        renderTrouble(rendered);
        return rendered;
    }

    private void renderSource(Map<String, String> rendered) {
        var names = new DatabaseNames(mesh, site);
        rendered.put("topic.prefix", new Topics(mesh).capturePrefix(site));
        rendered.put("database.hostname", database.host());
        rendered.put("database.port", Integer.toString(database.port()));
        rendered.put("database.dbname", database.name());
        rendered.put("database.user", database.user());
        rendered.put("database.password", database.password());
        database.driver().forEach((key, value) -> rendered.put("database." + key, value));
        rendered.put("database.tcpKeepAlive", "true");
        rendered.put("database.options", spelling());
        rendered.put("plugin.name", "pgoutput");
        rendered.put("slot.name", names.slot());
        rendered.put("publication.name", names.publication());
        rendered.put("publication.autocreate.mode", "disabled");
        rendered.put("table.include.list", capturedTables());
        if (!generated.isEmpty()) {
            rendered.put("column.exclude.list", generatedColumns());
        }
        rendered.put("antiphon.partitions", Integer.toString(partitions));
        rendered.put(
                "antiphon.topics",
                tables.stream()
                        .map(table -> new Topics(mesh).captured(site, table))
                        .collect(Collectors.joining(",")));
        rendered.put("snapshot.mode", "initial");
        rendered.put("snapshot.query.mode", "custom");
        rendered.put("snapshot.query.mode.custom.name", "antiphon");
        rendered.put("database.datatype.pg_snapshot", "io.antiphon.capture.RowCommitTime");
        // Its own class reads infinity as zero.
        rendered.put("database.datatype.interval", "org.postgresql.util.PGobject");
        rendered.put("sourceinfo.struct.maker", "io.antiphon.capture.CommitTimeSource");
        rendered.put("skipped.operations", "none");
        rendered.put("tombstones.on.delete", "false");
    }

    /** How the database is to write values, whatever it was told for everybody: Debezium knows one form of each only. */
    private String spelling() {
        String wanted = database.driver().getOrDefault("options", "");
        return (wanted + " -c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=1 -c lc_monetary=C")
                .strip();
    }

    private String capturedTables() {
        // A later snapshot says first what had been applied, then shows the rows as they stood then.
        var captured = new ArrayList<TableId>();
        captured.add(DatabaseNames.POSITION);
        captured.addAll(tables);
        captured.add(DatabaseNames.MARKER);
        captured.add(DatabaseNames.HEARTBEAT);
        return captured.stream()
                .map(table -> quoted(table.schema()) + "\\." + quoted(table.name()))
                .collect(Collectors.joining(","));
    }

    private String generatedColumns() {
        return new TreeMap<>(generated)
                .entrySet().stream()
                        .flatMap(of -> of.getValue().stream()
                                .sorted()
                                .map(column -> quoted(of.getKey().schema()) + "\\."
                                        + quoted(of.getKey().name()) + "\\." + quoted(column)))
                        .collect(Collectors.joining(","));
    }

    private static void renderValues(Map<String, String> rendered) {
        rendered.put("decimal.handling.mode", "string");
        rendered.put("time.precision.mode", "isostring");
        rendered.put("interval.handling.mode", "string");
        rendered.put("binary.handling.mode", "bytes");
        rendered.put("hstore.handling.mode", "json");
        rendered.put("include.unknown.datatypes", "true");
        rendered.put("column.propagate.source.type", ".*");
        rendered.put("converters", "exact");
        rendered.put("exact.type", "io.antiphon.capture.ExactColumns");
        rendered.put("schema.name.adjustment.mode", "avro");
        rendered.put("field.name.adjustment.mode", "avro");
        // Debezium's own choice is to write NULL where it cannot convert a value.
        rendered.put("event.converting.failure.handling.mode", "fail");
        rendered.put("event.processing.failure.handling.mode", "fail");
    }

    private void renderRecords(Map<String, String> rendered) {
        rendered.put("transforms", "capture");
        rendered.put("transforms.capture.type", CaptureTransform.class.getName());
        rendered.put("transforms.capture." + CaptureTransform.MESH, mesh.text());
        rendered.put("transforms.capture." + CaptureTransform.SITE, site.text());
        rendered.put("key.converter", RowKeyConverter.class.getName());
        rendered.put("value.converter", CapturedConverter.class.getName());
        rendered.put("value.converter.schema.registry.url", registry);
        rendered.put(
                "value.converter.value.subject.name.strategy",
                "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy");
        rendered.put("header.converter", "org.apache.kafka.connect.storage.StringConverter");
        rendered.put("extended.headers.enabled", "false");
    }

    private void renderHeartbeat(Map<String, String> rendered) {
        rendered.put("heartbeat.interval.ms", Long.toString(HEARTBEAT.toMillis()));
        rendered.put(
                "heartbeat.action.query",
                "INSERT INTO " + DatabaseNames.HEARTBEAT + " AS h (mesh, beat) VALUES ('" + mesh
                        + "', 1) ON CONFLICT (mesh) DO UPDATE SET beat = h.beat + 1");
    }

    private static void renderThroughput(Map<String, String> rendered) {
        rendered.put("poll.interval.ms", Long.toString(POLL.toMillis()));
        // What waits between reading and writing is copied by every collection of garbage: a longer queue only costs.
        rendered.put("max.batch.size", "2048");
        rendered.put("max.queue.size", "8192");
        rendered.put("snapshot.fetch.size", "10000");
        rendered.put("statistics.metrics.enabled", "false");
        rendered.put("producer.override.compression.type", "lz4");
        rendered.put("producer.override.linger.ms", "5");
        rendered.put("producer.override.batch.size", "262144");
        rendered.put("producer.override.buffer.memory", "67108864");
        rendered.put("producer.override.acks", "all");
        rendered.put("producer.override.enable.idempotence", "true");
        rendered.put("producer.override.max.in.flight.requests.per.connection", "5");
    }

    private static void renderTrouble(Map<String, String> rendered) {
        rendered.put("errors.max.retries", "-1");
        rendered.put("errors.tolerance", "none");
        rendered.put("retriable.restart.connector.wait.ms", "1000");
        rendered.put("slot.max.retries", "600");
        rendered.put("slot.retry.delay.ms", "1000");
        rendered.put("lsn.flush.timeout.action", "warn");
    }

    private static String quoted(String name) {
        return Pattern.compile("[^A-Za-z0-9_]").matcher(name).replaceAll("\\\\$0");
    }
}
