package io.antiphon.topology;

import io.antiphon.contract.ResolvedMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The ends of topics as the broker has them. */
public final class BrokerTopicEnds implements TopicEnds {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Map<String, Object> settings;
    private final Schemas schemas;

    /** @param settings of a consumer: how to reach the broker */
    public BrokerTopicEnds(Map<String, Object> settings, Schemas schemas) {
        this.settings = settings;
        this.schemas = schemas;
    }

    @Override
    public long lastVersion(String resolvedTopic, int partition) {
        var place = new TopicPartition(resolvedTopic, partition);
        try (var consumer = consumer()) {
            consumer.assign(List.of(place));
            long oldest = Objects.requireNonNull(
                    consumer.beginningOffsets(List.of(place), PATIENCE).get(place));
            long end = Objects.requireNonNull(
                    consumer.endOffsets(List.of(place), PATIENCE).get(place));
            for (long back = 1; ; back *= 16) {
                long from = Math.max(oldest, end - back);
                long last = newestFrom(consumer, place, from, end);
                if (last > 0 || from == oldest) {
                    return last;
                }
            }
        }
    }

    /** Versions increase along the partition, so the newest of any stretch is its last; deletes that Kafka may forget carry none. */
    private long newestFrom(KafkaConsumer<byte[], byte[]> consumer, TopicPartition place, long from, long end) {
        consumer.seek(place, from);
        long newest = 0;
        while (consumer.position(place, PATIENCE) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                if (record.value() != null) {
                    newest = Math.max(newest, version(record.value()));
                }
            }
        }
        return newest;
    }

    private long version(byte[] value) {
        int id = WireFormat.schemaId(value);
        Schema written = schemas.withId(id);
        Schema wanted = Schema.createRecord(
                written.getName(),
                null,
                written.getNamespace(),
                false,
                List.of(new Schema.Field("meta", ResolvedMetadata.getClassSchema())));
        try {
            GenericRecord record =
                    new GenericDatumReader<GenericRecord>(written, wanted).read(null, WireFormat.body(value, null));
            return (Long) ((GenericRecord) record.get("meta")).get("version");
        } catch (java.io.IOException e) {
            throw new UnreadableException("a resolved record does not fit its schema " + id, e);
        }
    }

    @Override
    public long oldest(String topic, int partition) {
        var place = new TopicPartition(topic, partition);
        try (var consumer = consumer()) {
            return Objects.requireNonNull(
                    consumer.beginningOffsets(List.of(place), PATIENCE).get(place));
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        var all = new java.util.HashMap<>(settings);
        all.put("isolation.level", "read_committed");
        all.put("enable.auto.commit", false);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
