package io.antiphon.local.topic;

import io.antiphon.local.stack.Endpoints;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a stretch of a topic, committed records only. */
public final class TopicRecords {
    private TopicRecords() {}

    /** Told how many records of the stretch have been passed. */
    @FunctionalInterface
    public interface Progress {
        void passed(long records, long of);
    }

    /** @param each is given every record that has both a key and a value */
    public static void read(
            Endpoints endpoints,
            Map<TopicPartition, Long> from,
            Map<TopicPartition, Long> to,
            BiConsumer<byte[], byte[]> each) {
        try (var consumer = consumer(endpoints)) {
            read(consumer, from, to, (passed, of) -> {}, record -> {
                if (record.key() != null && record.value() != null) {
                    each.accept(record.key(), record.value());
                }
            });
        }
    }

    /** Gives every record that is in these places now to {@code each}, those of one place in their order. */
    public static void readAll(
            Endpoints endpoints,
            Collection<TopicPartition> places,
            Progress progress,
            Consumer<ConsumerRecord<byte[], byte[]>> each) {
        try (var consumer = consumer(endpoints)) {
            read(consumer, consumer.beginningOffsets(places), consumer.endOffsets(places), progress, each);
        }
    }

    /** A consumer of committed records that belongs to no group. */
    public static KafkaConsumer<byte[], byte[]> consumer(Endpoints endpoints) {
        return consumer(endpoints, Map.of());
    }

    /** A consumer of committed records that sees how far a group has read, and does not join it. */
    public static KafkaConsumer<byte[], byte[]> consumerLike(Endpoints endpoints, String group) {
        return consumer(endpoints, Map.of("group.id", group, "enable.auto.commit", false));
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Endpoints endpoints, Map<String, Object> more) {
        var settings = new HashMap<String, Object>(more);
        settings.put("bootstrap.servers", endpoints.bootstrapServers());
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static void read(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> from,
            Map<TopicPartition, Long> to,
            Progress progress,
            Consumer<ConsumerRecord<byte[], byte[]>> each) {
        List<TopicPartition> places = List.copyOf(to.keySet());
        consumer.assign(places);
        places.forEach(place -> consumer.seek(place, from.getOrDefault(place, 0L)));
        long all = places.stream()
                .mapToLong(place -> to.getOrDefault(place, 0L) - from.getOrDefault(place, 0L))
                .sum();
        while (places.stream().anyMatch(place -> consumer.position(place) < to.getOrDefault(place, 0L))) {
            consumer.poll(Duration.ofMillis(200)).forEach(each);
            progress.passed(
                    places.stream()
                            .mapToLong(place -> consumer.position(place) - from.getOrDefault(place, 0L))
                            .sum(),
                    all);
        }
    }
}
