package io.antiphon.local.conflict;

import io.antiphon.contract.Conflict;
import io.antiphon.contract.Decision;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.topic.TopicRecords;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.Topics;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/** The conflict log of a running mesh, and the decisions that are answered in it. */
public final class ConflictLog implements AutoCloseable {
    private final Endpoints endpoints;
    private final Topics topics;
    private final int partitions;
    private final KafkaAvroDeserializer values = new KafkaAvroDeserializer();

    /** @param partitions of every topic of the mesh */
    public ConflictLog(Endpoints endpoints, int partitions) {
        this.endpoints = endpoints;
        this.topics = new Topics(new MeshName(endpoints.mesh()));
        this.partitions = partitions;
        values.configure(Map.of("schema.registry.url", endpoints.registry(), "specific.avro.reader", true), false);
    }

    /** Gives every record to {@code each}; those of one row in their order. */
    public void read(TopicRecords.Progress progress, Consumer<Conflict> each) {
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topics.conflicts(), partition))
                .toList();
        TopicRecords.readAll(
                endpoints, all, progress, record -> conflict(record).ifPresent(each));
    }

    /** Gives every record about one row to {@code each}, in their order. */
    public void readOf(ConflictId row, TopicRecords.Progress progress, Consumer<Conflict> each) {
        TopicRecords.readAll(endpoints, List.of(place(row)), progress, record -> conflict(record)
                .filter(conflict -> isAbout(conflict, row))
                .ifPresent(each));
    }

    /**
     * Sends a decision and waits for what became of it.
     *
     * @return the record that answers it; empty if none came within the time, and it may still be carried out
     */
    public Optional<Conflict> decide(ConflictId on, Decision decision, Duration patience) {
        TopicPartition place = place(on);
        try (var consumer = TopicRecords.consumer(endpoints)) {
            long end =
                    Objects.requireNonNull(consumer.endOffsets(List.of(place)).get(place));
            consumer.assign(List.of(place));
            consumer.seek(place, end);
            send(decision);
            return answer(consumer, decision, patience);
        }
    }

    private Optional<Conflict> answer(KafkaConsumer<byte[], byte[]> consumer, Decision decision, Duration patience) {
        Instant deadline = Instant.now().plus(patience);
        while (Instant.now().isBefore(deadline)) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                Optional<Conflict> answer =
                        conflict(record).filter(conflict -> decision.getId().equals(conflict.getDecision()));
                if (answer.isPresent()) {
                    return answer;
                }
            }
        }
        return Optional.empty();
    }

    private void send(Decision decision) {
        var value = new KafkaAvroSerializer();
        value.configure(Map.of("schema.registry.url", endpoints.registry()), false);
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", endpoints.bootstrapServers(), "acks", "all", "enable.idempotence", true),
                new ByteArraySerializer(),
                value)) {
            producer.send(new ProducerRecord<>(topics.decisions(), bytes(decision.getKey()), decision))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnsentException("interrupted", e);
        } catch (ExecutionException e) {
            throw new UnsentException("the decision could not be sent: " + e.getCause(), e);
        }
    }

    private Optional<Conflict> conflict(ConsumerRecord<byte[], byte[]> record) {
        return record.value() != null && values.deserialize(record.topic(), record.value()) instanceof Conflict conflict
                ? Optional.of(conflict)
                : Optional.empty();
    }

    private static boolean isAbout(Conflict conflict, ConflictId row) {
        return conflict.getKey().equals(row.key())
                && conflict.getSchemaName().equals(row.table().schema())
                && conflict.getTableName().equals(row.table().name());
    }

    private TopicPartition place(ConflictId row) {
        return new TopicPartition(topics.conflicts(), Utils.toPositive(Utils.murmur2(bytes(row.key()))) % partitions);
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        values.close();
    }

    /** A decision did not reach Kafka. */
    public static final class UnsentException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnsentException(String why, Throwable cause) {
            super(why, cause);
        }
    }
}
