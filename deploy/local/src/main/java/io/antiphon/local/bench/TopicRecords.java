package io.antiphon.local.bench;

import io.antiphon.local.stack.Endpoints;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a stretch of a topic, committed records only. */
final class TopicRecords {
    private TopicRecords() {}

    /** @param each is given every record that has both a key and a value */
    static void read(
            Endpoints endpoints,
            Map<TopicPartition, Long> from,
            Map<TopicPartition, Long> to,
            BiConsumer<byte[], byte[]> each) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        endpoints.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> places = List.copyOf(to.keySet());
            consumer.assign(places);
            places.forEach(place -> consumer.seek(place, from.getOrDefault(place, 0L)));
            while (places.stream().anyMatch(place -> consumer.position(place) < to.getOrDefault(place, 0L))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key() != null && record.value() != null) {
                        each.accept(record.key(), record.value());
                    }
                }
            }
        }
    }
}
