package io.antiphon.local.bench;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** How many records topics have, and how many of them a reader has taken in. */
final class TopicPositions {
    private static final long PATIENCE_SECONDS = 30;

    private final Admin admin;
    private final int partitions;

    TopicPositions(Admin admin, int partitions) {
        this.admin = admin;
        this.partitions = partitions;
    }

    /** Records written to these topics so far. */
    long written(String... topics) {
        return settled(admin.listOffsets(places(topics).stream()
                                .collect(Collectors.toMap(place -> place, place -> OffsetSpec.latest())))
                        .all())
                .values()
                .stream()
                .mapToLong(end -> end.offset())
                .sum();
    }

    /** Records of these topics that a consumer group has taken in for good. */
    long read(String group, String... topics) {
        Collection<TopicPartition> places = places(topics);
        return settled(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).entrySet().stream()
                .filter(entry -> entry.getValue() != null && places.contains(entry.getKey()))
                .mapToLong(entry -> entry.getValue().offset())
                .sum();
    }

    /** Names of all topics that end like this. */
    List<String> endingWith(String end) {
        return settled(admin.listTopics().names()).stream()
                .filter(name -> name.endsWith(end))
                .toList();
    }

    Map<TopicPartition, Long> ends(String topic) {
        return settled(admin.listOffsets(places(topic).stream()
                                .collect(Collectors.toMap(place -> place, place -> OffsetSpec.latest())))
                        .all())
                .entrySet()
                .stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private List<TopicPartition> places(String... topics) {
        return List.of(topics).stream()
                .flatMap(topic -> IntStream.range(0, partitions).mapToObj(number -> new TopicPartition(topic, number)))
                .toList();
    }

    private static <T> T settled(KafkaFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the benchmark's broker does not answer: " + e.getMessage(), e);
        }
    }
}
