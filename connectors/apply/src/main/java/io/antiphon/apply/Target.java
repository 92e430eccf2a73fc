package io.antiphon.apply;

import io.antiphon.mesh.DatabaseNames;
import java.util.Map;
import org.apache.kafka.common.config.types.Password;

/**
 * Whom one sink task writes to, and what it is a task of.
 *
 * @param task its number; its replication origin, or whatever the store has instead, is named after it
 * @param clusterId the Kafka cluster its positions speak of
 * @param topicIds id of each resolved topic
 */
public record Target(
        DatabaseNames names,
        int task,
        String clusterId,
        Map<String, String> topicIds,
        String url,
        String user,
        Password password) {
    public Target {
        topicIds = Map.copyOf(topicIds);
    }

    /** The id of a topic's present incarnation. */
    public String topicId(String topic) {
        String id = topicIds.get(topic);
        if (id == null) {
            throw new IllegalArgumentException("no id of topic " + topic + " was given: name it in "
                    + ApplySettings.TOPIC_IDS + " as " + topic + ":<id>");
        }
        return id;
    }
}
