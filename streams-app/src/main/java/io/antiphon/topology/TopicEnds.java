package io.antiphon.topology;

/** What only the topics themselves can tell. */
public interface TopicEnds {
    /** The version of the last committed record of a resolved partition, 0 where there is none. */
    long lastVersion(String resolvedTopic, int partition);

    /** The offset of the oldest record a partition still has. */
    long oldest(String topic, int partition);
}
