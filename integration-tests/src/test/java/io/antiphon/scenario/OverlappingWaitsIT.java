package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.local.agreement.Arrival;
import io.antiphon.local.stack.Stack;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

/** Several wait at the same time, while a sink is so far behind that compaction has taken what the first of them asked. */
@OnSharedMesh(schema = "waits", tables = "CREATE TABLE note (id int PRIMARY KEY, text text);")
class OverlappingWaitsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Map<String, String> AT_ONCE =
            Map.of("segment.ms", "100", "min.cleanable.dirty.ratio", "0", "max.compaction.lag.ms", "1");

    @Test
    void both_are_answered_when_the_marker_of_the_first_is_gone_from_the_resolved_topic(
            Site berlin, Site tokyo, Shared mesh) throws Exception {
        TableId table = mesh.table("note");
        String resolved = new Topics(mesh.mesh().stack().configuration().mesh()).resolved(table);
        Admin admin = mesh.mesh().stack().admin();
        change(admin, new ConfigResource(ConfigResource.Type.TOPIC, resolved), AT_ONCE);
        change(admin, new ConfigResource(ConfigResource.Type.BROKER, ""), Map.of("log.cleaner.backoff.ms", "100"));
        berlin.writes("INSERT INTO note VALUES (0, 'before')");
        tokyo.hearsNothing();
        CompletableFuture<Arrival.Outcome> first;
        CompletableFuture<Arrival.Outcome> second;
        try {
            first = waiting(mesh, table);
            eventually(() -> assertThat(markers(mesh, resolved)).isNotEmpty());
            long asked = markers(mesh, resolved).get(0);
            second = waiting(mesh, table);
            eventually(() -> {
                berlin.writes("INSERT INTO note SELECT i, 'more' FROM generate_series(1, 30) i"
                        + " ON CONFLICT (id) DO UPDATE SET text = note.text || '.'");
                assertThat(markers(mesh, resolved)).isNotEmpty().doesNotContain(asked);
            });
            assertThat(first).isNotDone();
        } finally {
            tokyo.hearsAgain();
        }

        assertThat(first.get()).isInstanceOf(Arrival.Outcome.Everything.class);
        assertThat(second.get()).isInstanceOf(Arrival.Outcome.Everything.class);
        assertThat(tokyo.row("note", 0)).isPresent();
    }

    private static CompletableFuture<Arrival.Outcome> waiting(Shared mesh, TableId table) {
        Stack stack = mesh.mesh().stack();
        return CompletableFuture.supplyAsync(() -> new Arrival(stack.configuration(), List.of(table), stack.endpoints())
                .await(PATIENCE, (here, of) -> {}));
    }

    private static void change(Admin admin, ConfigResource resource, Map<String, String> settings) throws Exception {
        List<AlterConfigOp> changes = settings.entrySet().stream()
                .map(setting -> new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
    }

    /** Where berlin's markers stand in each partition, oldest first: {@code partition * 1,000,000 + offset}. */
    private static List<Long> markers(Shared mesh, String topic) {
        var found = new ArrayList<Long>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        mesh.mesh().stack().endpoints().bootstrapServers(),
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(
                            0, consumer.partitionsFor(topic).size())
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    if (new String(record.key(), StandardCharsets.UTF_8).equals("{\"marker\":\"berlin\"}")) {
                        found.add(record.partition() * 1_000_000L + record.offset());
                    }
                });
            }
        }
        return found;
    }
}
