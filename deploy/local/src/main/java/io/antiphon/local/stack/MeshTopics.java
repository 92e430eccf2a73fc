package io.antiphon.local.stack;

import io.antiphon.config.Configuration;
import io.antiphon.config.Table;
import io.antiphon.local.process.Deadline;
import io.antiphon.mesh.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/**
 * The mesh's topics with their settings. Wrong ones lose data, so they are ours, and are checked at every start.
 *
 * <p>Captured topics are never compacted, because an echo that is gone acknowledges nothing; resolved ones are, because they are the
 * golden record; conflicts, dead letters and decisions are kept. All have the same number of partitions, because the changes of one row
 * from all sites must meet.
 */
final class MeshTopics {
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final short REPLICAS_OF_THE_CLUSTER = -1;

    private final Map<String, Map<String, String>> settings = new LinkedHashMap<>();
    private final Map<String, Integer> partitions = new LinkedHashMap<>();

    MeshTopics(Configuration configuration) {
        var topics = new Topics(configuration.mesh());
        for (var site : configuration.sites()) {
            for (Table table : configuration.tables()) {
                add(
                        topics.captured(site.id(), table.id()),
                        configuration.partitions(),
                        kept(configuration.retention().captured()));
            }
            add("__debezium-heartbeat." + topics.capturePrefix(site.id()), 1, Map.of("cleanup.policy", "compact"));
        }
        for (Table table : configuration.tables()) {
            add(topics.resolved(table.id()), configuration.partitions(), Map.of("cleanup.policy", "compact"));
        }
        add(
                topics.letters(),
                configuration.partitions(),
                kept(configuration.retention().captured()));
        Map<String, String> decided = kept(configuration.retention().conflicts());
        for (String topic : List.of(topics.conflicts(), topics.deadLetters())) {
            add(topic, configuration.partitions(), decided);
        }
        // When a person decided is what the broker says: the clock they decide by is anybody's.
        var byTheBroker = new TreeMap<>(decided);
        byTheBroker.put("message.timestamp.type", "LogAppendTime");
        add(topics.decisions(), configuration.partitions(), byTheBroker);
    }

    private void add(String topic, int count, Map<String, String> own) {
        var all = new TreeMap<>(own);
        all.put("max.message.bytes", Launches.LARGEST_RECORD);
        // A site whose clock is a day fast must not have its records refused by the broker.
        all.put("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        settings.put(topic, all);
        partitions.put(topic, count);
    }

    private static Map<String, String> kept(@Nullable Duration time) {
        return Map.of(
                "cleanup.policy",
                "delete",
                "retention.ms",
                Long.toString(time == null ? -1 : time.toMillis()),
                "retention.bytes",
                "-1");
    }

    /**
     * Creates the topics that are not there, and sets right the settings of those that are.
     *
     * @param events told of every setting that somebody had changed
     * @return the ids of the mesh's topics
     * @throws StackException if a topic has another number of partitions
     */
    Map<String, Uuid> ensure(Admin admin, Consumer<String> events) {
        var existing = settled(admin.listTopics().names());
        List<NewTopic> missing = settings.keySet().stream()
                .filter(topic -> !existing.contains(topic))
                .map(topic -> new NewTopic(topic, count(topic), REPLICAS_OF_THE_CLUSTER).configs(settings.get(topic)))
                .toList();
        settled(admin.createTopics(missing).all());
        Map<String, TopicDescription> found = describe(admin);
        found.forEach((topic, description) -> {
            int is = description.partitions().size();
            if (is != count(topic)) {
                throw new StackException("topic " + topic + " has " + is + " partitions where the configuration says "
                        + count(topic) + ": set partitions: " + is
                        + ", because the changes of one row would no longer meet");
            }
        });
        setRight(admin, settings.keySet().stream().filter(existing::contains).toList(), events);
        return found.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .topicId()));
    }

    /** What has just been created is not at once there for everybody. */
    private Map<String, TopicDescription> describe(Admin admin) {
        Deadline.in(PATIENCE).sees(() -> settled(admin.listTopics().names()).containsAll(settings.keySet()), LOOK);
        return settled(admin.describeTopics(settings.keySet()).allTopicNames());
    }

    private void setRight(Admin admin, Collection<String> topics, Consumer<String> events) {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        Map<ConfigResource, Config> found =
                settled(admin.describeConfigs(resources).all());
        var changes = new LinkedHashMap<ConfigResource, Collection<AlterConfigOp>>();
        found.forEach((resource, config) -> {
            var wrong = new ArrayList<AlterConfigOp>();
            settings.getOrDefault(resource.name(), Map.of()).forEach((key, right) -> {
                ConfigEntry entry = config.get(key);
                String is = entry == null ? "nothing" : entry.value();
                if (!right.equals(is)) {
                    events.accept("topic " + resource.name() + " had " + key + "=" + is + "; set back to " + right);
                    wrong.add(new AlterConfigOp(new ConfigEntry(key, right), AlterConfigOp.OpType.SET));
                }
            });
            if (!wrong.isEmpty()) {
                changes.put(resource, wrong);
            }
        });
        if (!changes.isEmpty()) {
            settled(admin.incrementalAlterConfigs(changes).all());
        }
    }

    private int count(String topic) {
        return partitions.getOrDefault(topic, 1);
    }

    static <T> T settled(KafkaFuture<T> future) {
        try {
            return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StackException("Kafka does not do what it is asked: " + cause);
        }
    }
}
