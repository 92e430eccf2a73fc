package io.antiphon.apply;

import io.antiphon.mesh.DatabaseNames;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The configuration of one site's sink connector, as Kafka Connect takes it.
 *
 * @param topicIds the resolved topics to apply, with the id of each
 * @param registry URL of the schema registry
 */
public record ApplyConfiguration(
        DatabaseNames names,
        String store,
        String url,
        String user,
        String password,
        String clusterId,
        SortedMap<String, String> topicIds,
        String registry,
        int tasks) {
    public ApplyConfiguration {
        topicIds = new TreeMap<>(topicIds);
        if (tasks < 1) {
            throw new IllegalArgumentException("a sink has at least one task, not " + tasks);
        }
    }

    /** The connector's name. */
    public String name() {
        return "apply-" + names.site();
    }

    public Map<String, String> render() {
        var config = new TreeMap<String, String>();
        config.put("name", name());
        config.put("connector.class", ApplyConnector.class.getName());
        config.put("tasks.max", Integer.toString(tasks));
        config.put("topics", String.join(",", topicIds.keySet()));
        config.put(ApplySettings.MESH, names.mesh().text());
        config.put(ApplySettings.SITE, names.site().text());
        config.put(ApplySettings.STORE, store);
        config.put(ApplySettings.CLUSTER_ID, clusterId);
        config.put(
                ApplySettings.TOPIC_IDS,
                topicIds.entrySet().stream()
                        .map(topic -> topic.getKey() + ":" + topic.getValue())
                        .collect(Collectors.joining(",")));
        config.put(ApplySettings.URL, url);
        config.put(ApplySettings.USER, user);
        config.put(ApplySettings.PASSWORD, password);
        config.put("key.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
        // the task reads them itself
        config.put("value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
        config.put(ApplySettings.REGISTRY, registry);
        // without it the resolver's aborted output would be applied
        config.put("consumer.override.isolation.level", "read_committed");
        config.put("consumer.override.auto.offset.reset", "earliest");
        config.put("consumer.override.max.poll.records", "5000");
        config.put("consumer.override.max.partition.fetch.bytes", "8388608");
        config.put("consumer.override.fetch.max.wait.ms", "100");
        config.put("consumer.override.max.poll.interval.ms", "600000");
        return config;
    }

    @Override
    public String toString() {
        return name() + " at " + url;
    }
}
