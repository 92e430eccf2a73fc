package io.antiphon.local.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.contract.Conflict;
import io.antiphon.local.topic.TopicRecords;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Which increments the sites' logs say were made, which of them the rows at the end stand on, and which the conflict log has kept of the others.
 *
 * <p>Each increment notes when it was made, so that a row says which one made it, and the row before it which one it was made on. A row
 * holds the increments that lead to it: a losing row of the conflict log may hold several.
 */
final class Losses {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Made, Made> madeOn = new HashMap<>();
    private final Set<Made> logged = new HashSet<>();
    private int conflicts;

    /** A row's content, by when it was made: microseconds. */
    record Made(long id, long at) {
        static Made of(long id, CharSequence changed) {
            return new Made(id, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(changed)));
        }
    }

    /** Where topics end now. */
    static Map<String, Map<TopicPartition, Long>> begin(Rig rig) {
        var ends = new HashMap<String, Map<TopicPartition, Long>>();
        for (String topic : topics(rig)) {
            ends.put(topic, rig.topics().ends(topic));
        }
        return ends;
    }

    /** What happened since then. */
    static Losses since(Map<String, Map<TopicPartition, Long>> from, Rig rig) {
        var losses = new Losses();
        try (var captured = new KafkaAvroDeserializer();
                var contracts = new KafkaAvroDeserializer()) {
            var registry = Map.of("schema.registry.url", rig.stack().endpoints().registry());
            captured.configure(registry, false);
            var specific = new HashMap<String, Object>(registry);
            specific.put("specific.avro.reader", true);
            contracts.configure(specific, false);
            for (String topic : topics(rig)) {
                boolean ofConflicts = topic.equals(rig.conflicts());
                Map<TopicPartition, Long> begin = from.getOrDefault(topic, Map.of());
                TopicRecords.read(rig.stack().endpoints(), begin, rig.topics().ends(topic), (key, value) -> {
                    if (ofConflicts) {
                        var conflict = (Conflict) contracts.deserialize(topic, value);
                        losses.met(
                                conflict.getOutcome(),
                                conflict.getStanding().getRow(),
                                conflict.getIncoming().getRow());
                    } else {
                        losses.captured((GenericRecord) captured.deserialize(topic, value));
                    }
                });
            }
        }
        return losses;
    }

    private static Set<String> topics(Rig rig) {
        return Set.of(rig.captured(Rig.AUTHOR), rig.captured(Rig.OTHER), rig.conflicts());
    }

    private void captured(GenericRecord record) {
        if (record.hasField("before")
                && record.get("before") instanceof GenericRecord before
                && record.get("after") instanceof GenericRecord after
                && ((GenericRecord) record.get("source")).get("origin") == null) {
            wrote(made(after), made(before));
        }
    }

    /** An increment that a site's log says was made on this row. */
    void wrote(Made increment, Made on) {
        madeOn.put(increment, on);
    }

    private static Made made(GenericRecord row) {
        return Made.of((Long) row.get("id"), row.get("changed").toString());
    }

    /** A conflict of which the log says what came out, and which rows met. */
    void met(String outcome, String... rows) {
        conflicts++;
        Made stands = made(outcome);
        for (String row : rows) {
            Made one = made(row);
            if (!one.equals(stands)) {
                increments(one, logged);
            }
        }
    }

    private static Made made(String row) {
        try {
            JsonNode read = JSON.readTree(row);
            return Made.of(read.get("id").asLong(), read.get("changed").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row of the conflict log is not JSON: " + row, e);
        }
    }

    /** Adds those that lead to a row. */
    private void increments(Made row, Set<Made> into) {
        Made one = row;
        while (madeOn.containsKey(one) && into.add(one)) {
            one = madeOn.get(one);
        }
    }

    int conflicts() {
        return conflicts;
    }

    /** How many were made. */
    int made() {
        return madeOn.size();
    }

    /** How many the rows at the end stand on. */
    int kept(Set<Made> rows) {
        return standing(rows).size();
    }

    /** How many of the others stand in losing rows of the conflict log. */
    int logged(Set<Made> rows) {
        var lost = new HashSet<>(logged);
        lost.removeAll(standing(rows));
        return lost.size();
    }

    private Set<Made> standing(Set<Made> rows) {
        var standing = new HashSet<Made>();
        rows.forEach(row -> increments(row, standing));
        return standing;
    }
}
