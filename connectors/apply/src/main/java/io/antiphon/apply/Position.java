package io.antiphon.apply;

import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a site has come with one resolved topic-partition, as its database keeps it.
 *
 * @param epoch counts the tasks that have owned the partition
 * @param nextOffset the first offset that has not been applied
 * @param version everything up to it has been applied or answered
 * @param waiting offsets before {@code nextOffset} whose outcomes wait for a unique value to be released
 */
public record Position(TopicPartition partition, long epoch, long nextOffset, long version, SortedSet<Long> waiting) {
    public Position {
        waiting = new TreeSet<>(waiting);
    }

    /** Where reading starts: at what waits, or where it stopped. */
    long readFrom() {
        return waiting.isEmpty() ? nextOffset : Math.min(waiting.first(), nextOffset);
    }
}
