package io.antiphon.local.agreement;

import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.topic.TopicRecords;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What the resolver's partitions have written to each other about rows whose keys were changed, and how far that was read. */
final class Letters implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Set<TopicPartition> places;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @param partitions of every topic of the mesh */
    Letters(Endpoints endpoints, int partitions) {
        var topics = new Topics(new MeshName(endpoints.mesh()));
        places = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topics.letters(), partition))
                .collect(Collectors.toUnmodifiableSet());
        consumer = TopicRecords.consumerLike(endpoints, topics.resolver());
        consumer.assign(places);
    }

    /** Where what has been written ends. */
    Map<TopicPartition, Long> ends() {
        return consumer.endOffsets(places, PATIENCE);
    }

    /** Whether the resolver has taken in everything before these places, and what followed from it is written. */
    boolean areRead(Map<TopicPartition, Long> until) {
        Map<TopicPartition, OffsetAndMetadata> read = consumer.committed(places, PATIENCE);
        for (TopicPartition place : places) {
            OffsetAndMetadata known = read.get(place);
            if (isAnyBetween(place, known == null ? 0 : known.offset(), until.getOrDefault(place, 0L))) {
                return false;
            }
        }
        return true;
    }

    /** Offsets alone do not tell: between them there may be nothing but the ends of transactions. */
    private boolean isAnyBetween(TopicPartition place, long from, long until) {
        if (from >= until) {
            return false;
        }
        consumer.pause(places);
        consumer.resume(Set.of(place));
        consumer.seek(place, from);
        while (consumer.position(place) < until) {
            if (consumer.poll(POLL).records(place).stream().anyMatch(letter -> letter.offset() < until)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
