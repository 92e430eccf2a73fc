package io.antiphon.local.bench;

import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.topic.TopicRecords;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.util.HashSet;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * What the conflict log says was lost.
 *
 * @param conflicts how many there are
 * @param values how many different rows of losing sites stand in them
 */
record Losses(int conflicts, int values) {
    /** Those that were logged after the topic ended here. */
    static Losses since(Map<TopicPartition, Long> from, Endpoints endpoints, TopicPositions topics, String topic) {
        var values = new KafkaAvroDeserializer();
        values.configure(Map.of("schema.registry.url", endpoints.registry(), "specific.avro.reader", true), false);
        var lost = new HashSet<String>();
        int[] conflicts = {0};
        TopicRecords.read(endpoints, from, topics.ends(topic), (key, value) -> {
            if (values.deserialize(topic, value) instanceof Conflict conflict) {
                conflicts[0]++;
                for (ConflictSide side : new ConflictSide[] {conflict.getStanding(), conflict.getIncoming()}) {
                    if (!side.getSite().equals(conflict.getWinner())) {
                        lost.add(side.getSite() + " " + side.getRow());
                    }
                }
            }
        });
        values.close();
        return new Losses(conflicts[0], lost.size());
    }
}
