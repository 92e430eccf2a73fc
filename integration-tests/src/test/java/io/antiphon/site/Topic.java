package io.antiphon.site;

import io.antiphon.contract.Contracts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic of one of our contracts, read from its beginning. */
final class Topic<T extends SpecificRecordBase> implements AutoCloseable {
    /** Confluent's wire format: a zero, the schema's number, the record. */
    private static final int BEFORE_THE_RECORD = 5;

    private final List<T> read = new ArrayList<>();
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Schema schema;
    private final Class<T> contract;

    Topic(String bootstrapServers, String name, Schema schema, Class<T> contract) {
        this.schema = schema;
        this.contract = contract;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "isolation.level", "read_committed",
                        "reconnect.backoff.max.ms", "500"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.partitions = consumer.partitionsFor(name).stream()
                .map(info -> new TopicPartition(name, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Everything that is in it now. */
    synchronized List<T> all() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                read.add(decoded(record.value()));
            }
        }
        return List.copyOf(read);
    }

    @Override
    public synchronized void close() {
        consumer.close();
    }

    private T decoded(byte[] value) {
        try {
            return Contracts.reader(schema, contract)
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(value, BEFORE_THE_RECORD, value.length - BEFORE_THE_RECORD, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
