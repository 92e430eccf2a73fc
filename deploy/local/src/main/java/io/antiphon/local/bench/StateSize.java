package io.antiphon.local.bench;

import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.topic.TopicRecords;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * What the resolver keeps of a row, from the log of its state: the bytes of the row itself, and of what is known about it.
 *
 * <p>Read from the newest states of one row in {@value #ONE_IN}.
 *
 * @param rows how many rows were looked at
 * @param row bytes of a row's Avro, on average
 * @param state bytes of a row's state, on average; the row is in it
 * @param key bytes of the key it is kept under, on average
 */
record StateSize(int rows, double row, double state, double key) {
    private static final int ONE_IN = 64;
    private static final byte KIND_OF_ROWS = 2;
    private static final int PREFIX = 3;

    static StateSize of(Endpoints endpoints, TopicPositions topics, String resolved) {
        var states = new HashMap<ByteBuffer, Integer>();
        for (String log : topics.endingWith("-rows-changelog")) {
            TopicRecords.read(endpoints, Map.of(), topics.ends(log), (key, value) -> {
                if (key.length > PREFIX && key[0] == KIND_OF_ROWS) {
                    ByteBuffer row = ByteBuffer.wrap(Arrays.copyOfRange(key, PREFIX, key.length));
                    if (isChosen(row)) {
                        states.put(row, value.length);
                    }
                }
            });
        }
        var rows = new HashMap<ByteBuffer, Integer>();
        var values = new KafkaAvroDeserializer();
        values.configure(Map.of("schema.registry.url", endpoints.registry()), false);
        TopicRecords.read(endpoints, Map.of(), topics.ends(resolved), (key, value) -> {
            ByteBuffer row = ByteBuffer.wrap(key);
            if (states.containsKey(row) && isChosen(row)) {
                rows.put(row, rowBytes((GenericRecord) values.deserialize(resolved, value)));
            }
        });
        states.keySet().retainAll(rows.keySet());
        return new StateSize(
                states.size(),
                rows.values().stream().mapToInt(size -> size).average().orElse(0),
                states.values().stream().mapToInt(size -> size).average().orElse(0),
                states.keySet().stream()
                        .mapToInt(key -> PREFIX + key.capacity())
                        .average()
                        .orElse(0));
    }

    private static boolean isChosen(ByteBuffer key) {
        return Math.floorMod(key.hashCode(), ONE_IN) == 0;
    }

    private static int rowBytes(GenericRecord record) {
        if (!(record.get("row") instanceof GenericRecord row)) {
            return 0;
        }
        var bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<GenericRecord>(row.getSchema()).write(row, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.size();
    }
}
