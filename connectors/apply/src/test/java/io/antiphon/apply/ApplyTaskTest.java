package io.antiphon.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplyTaskTest {
    private static final String TOPIC = "shop.resolved.public.customer";
    private static final TopicPartition ZERO = new TopicPartition(TOPIC, 0);
    private static final TopicPartition ONE = new TopicPartition(TOPIC, 1);
    private static final Map<String, String> SETTINGS = Map.of(
            "antiphon.mesh", "shop",
            "antiphon.site", "tokyo",
            "antiphon.store", "fake",
            "antiphon.cluster.id", "c",
            "antiphon.topic.ids", TOPIC + ":t",
            "antiphon.registry.url", "mock://apply",
            "connection.url", "nowhere",
            "connection.user", "nobody");

    private final Map<TopicPartition, Long> sought = new HashMap<>();
    private final ApplyTask task = new ApplyTask();

    @BeforeEach
    void begin() {
        FakeStore.POSITIONS.clear();
        task.initialize(context());
        task.start(SETTINGS);
        task.open(List.of(ZERO, ONE));
        sought.clear();
    }

    @AfterEach
    void end() {
        FakeStore.TROUBLED_PARTITIONS.clear();
        task.stop();
    }

    @Test
    void troubleHasTheSameRecordsComeAgain() {
        FakeStore.TROUBLED_PARTITIONS.add(0);

        assertThatThrownBy(() -> task.put(List.of(at(ZERO, 0), at(ONE, 0)))).isInstanceOf(RetriableException.class);
        FakeStore.TROUBLED_PARTITIONS.clear();
        task.put(List.of(at(ZERO, 0), at(ONE, 0)));

        assertThat(FakeStore.POSITIONS.get(ZERO).nextOffset()).isEqualTo(1);
        assertThat(FakeStore.POSITIONS.get(ONE).nextOffset()).isEqualTo(1);
    }

    @Test
    void recordsOfAPartitionThatIsReadAnewNeverComeAgain() {
        task.put(List.of(at(ZERO, 0), at(ONE, 0)));
        FakeStore.POSITIONS.put(ONE, new Position(ONE, 2, 0, 0, new TreeSet<>()));
        FakeStore.TROUBLED_PARTITIONS.add(0);

        task.put(List.of(at(ZERO, 1), at(ONE, 1)));

        assertThat(sought).containsEntry(ONE, 0L).containsEntry(ZERO, 1L);
    }

    @Test
    void eachTaskHasItsNumber() {
        var connector = new ApplyConnector();
        connector.start(SETTINGS);

        assertThat(connector.taskConfigs(2))
                .extracting(config -> config.get("antiphon.task"))
                .containsExactly("0", "1");
    }

    @Test
    void anUnknownStoreIsNamedWithThoseThereAre() {
        var settings = new HashMap<>(SETTINGS);
        settings.put("antiphon.store", "oracle");

        assertThatThrownBy(() -> new ApplyConnector().start(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("oracle")
                .hasMessageContaining("[fake]");
    }

    private static SinkRecord at(TopicPartition partition, long offset) {
        return new SinkRecord(partition.topic(), partition.partition(), null, new byte[] {'1'}, null, null, offset);
    }

    @SuppressWarnings("unchecked")
    private SinkTaskContext context() {
        return (SinkTaskContext) Proxy.newProxyInstance(
                SinkTaskContext.class.getClassLoader(),
                new Class<?>[] {SinkTaskContext.class},
                (proxy, method, given) -> {
                    if (method.getName().equals("offset") && given.length == 1) {
                        sought.putAll((Map<TopicPartition, Long>) given[0]);
                    } else if (method.getName().equals("offset")) {
                        sought.put((TopicPartition) given[0], (Long) given[1]);
                    }
                    return method.getReturnType() == boolean.class ? false : null;
                });
    }
}
