package io.antiphon.site;

import io.antiphon.mesh.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A table's resolved topic, written as a resolver writes it: in transactions. */
public final class Outcomes implements AutoCloseable {
    private final String brokers;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;

    /** A resolved record. */
    public record Written(int partition, byte[] key, byte[] value) {}

    private Outcomes(String brokers, String topic) {
        this.brokers = brokers;
        this.topic = topic;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers, "transactional.id", "test-" + UUID.randomUUID()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    public static Outcomes of(Shared mesh, String table) {
        return new Outcomes(
                mesh.mesh().stack().endpoints().bootstrapServers(),
                new Topics(mesh.mesh().stack().configuration().mesh()).resolved(mesh.table(table)));
    }

    /** The last record of this row key. */
    public Written newestOf(String key) {
        Written newest = null;
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (new String(record.key(), StandardCharsets.UTF_8).equals(key)) {
                        newest = new Written(record.partition(), record.key(), record.value());
                    }
                }
            }
        }
        if (newest == null) {
            throw new IllegalStateException("no outcome of " + key + " in " + topic);
        }
        return newest;
    }

    /** Writes a record in a transaction that is given up when the broker has it. */
    public void aborts(Written written) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, written.partition(), written.key(), written.value()));
        producer.flush();
        producer.abortTransaction();
    }

    @Override
    public void close() {
        producer.close();
    }
}
