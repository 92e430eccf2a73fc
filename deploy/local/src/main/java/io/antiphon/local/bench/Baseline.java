package io.antiphon.local.bench;

import io.antiphon.local.postgres.LocalPostgres;
import java.util.Map;
import java.util.TreeMap;

/**
 * Debezium's own JDBC sink behind the same capture: what a user would pick who needs one direction only.
 *
 * <p>Tuned as far as it goes: large batches, the driver's rewritten inserts, and the reduction buffer, without which its task fails for good on
 * two changes of one row in a batch.
 */
final class Baseline {
    private static final String NAME = "baseline";

    private final Rig rig;
    private final Load target;
    private final Map<String, String> settings;

    private Baseline(Rig rig, Load target, Map<String, String> settings) {
        this.rig = rig;
        this.target = target;
        this.settings = settings;
    }

    /** A third server, and the settings that make the sink fill it. */
    static Baseline of(Rig rig) {
        LocalPostgres server = rig.server("copy");
        Load target = rig.load(server);
        var settings = new TreeMap<String, String>();
        settings.put("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector");
        settings.put("tasks.max", Integer.toString(rig.tasks()));
        settings.put("topics", rig.captured(Rig.AUTHOR));
        settings.put("connection.url", server.url() + "?reWriteBatchedInserts=true");
        settings.put("connection.username", server.user());
        settings.put("connection.password", server.password());
        settings.put("insert.mode", "upsert");
        settings.put("primary.key.mode", "record_value");
        settings.put("primary.key.fields", "id");
        settings.put("collection.name.format", "item");
        settings.put("schema.evolution", "none");
        settings.put("batch.size", "2000");
        settings.put("use.reduction.buffer", "true");
        settings.put("key.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
        settings.put("value.converter", "io.confluent.connect.avro.AvroConverter");
        settings.put(
                "value.converter.schema.registry.url", rig.stack().endpoints().registry());
        settings.put(
                "value.converter.value.subject.name.strategy",
                "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy");
        // The captured topic also carries our answers: they have no row, and are passed over.
        settings.put("transforms", "row");
        settings.put("transforms.row.type", "org.apache.kafka.connect.transforms.ExtractField$Value");
        settings.put("transforms.row.field", "after");
        settings.put("errors.tolerance", "all");
        settings.put("consumer.override.auto.offset.reset", "earliest");
        settings.put("consumer.override.max.poll.records", "5000");
        settings.put("consumer.override.max.partition.fetch.bytes", "8388608");
        settings.put("consumer.override.fetch.max.wait.ms", "100");
        return new Baseline(rig, target, settings);
    }

    Load target() {
        return target;
    }

    void start() {
        rig.stack().connect().put(NAME, settings);
        rig.awaitTrue(NAME, 50, () -> rig.stack().connect().status(NAME).running());
    }

    void stop() {
        rig.stack().connect().delete(NAME);
    }
}
