package io.antiphon.apply.postgresql.site;

import org.jspecify.annotations.Nullable;

/**
 * How far a site's sink has applied one resolved topic-partition.
 *
 * @param clusterId the Kafka cluster it speaks of
 * @param topicId the topic's id in that cluster
 * @param epoch how often the partition has changed hands
 * @param nextOffset the first offset that has not been applied
 * @param version the version of the last record applied
 * @param applied how many records have been applied altogether
 */
public record Position(
        String resolvedTopic,
        int resolvedPartition,
        @Nullable String clusterId,
        @Nullable String topicId,
        long epoch,
        long nextOffset,
        long version,
        long applied) {}
