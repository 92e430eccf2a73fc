package io.antiphon.local.demo;

import io.antiphon.contract.Conflict;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.Topics;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the conflict log as it is written. */
final class ConflictFeed implements AutoCloseable {
    private final Thread thread;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicInteger heard = new AtomicInteger();

    private ConflictFeed(Endpoints endpoints, Consumer<Conflict> listener) {
        this.thread = new Thread(() -> read(endpoints, listener), "conflicts");
        this.thread.setDaemon(true);
    }

    /** Every conflict from the first on. */
    static ConflictFeed of(Endpoints endpoints, Consumer<Conflict> listener) {
        var feed = new ConflictFeed(endpoints, listener);
        feed.thread.start();
        return feed;
    }

    int heard() {
        return heard.get();
    }

    @Override
    public void close() {
        open.set(false);
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Endpoints endpoints, Consumer<Conflict> listener) {
        String topic = new Topics(new MeshName(endpoints.mesh())).conflicts();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                endpoints.bootstrapServers(),
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed",
                "schema.registry.url",
                endpoints.registry(),
                "specific.avro.reader",
                true);
        var values = new KafkaAvroDeserializer();
        values.configure(settings, false);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), values)) {
            consumer.assign(consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList());
            while (open.get()) {
                for (ConsumerRecord<byte[], Object> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.value() instanceof Conflict conflict) {
                        heard.incrementAndGet();
                        listener.accept(conflict);
                    }
                }
            }
        }
    }
}
