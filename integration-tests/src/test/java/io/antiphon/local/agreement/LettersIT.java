package io.antiphon.local.agreement;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.local.stack.Endpoints;
import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** How far the letters of a mesh that is not there have been read. */
@OnSharedMesh(schema = "letters", tables = "CREATE TABLE nothing (id int PRIMARY KEY);")
class LettersIT {
    private static final TopicPartition PLACE = new TopicPartition("elsewhere.letters", 0);

    @Test
    void a_letter_counts_as_read_when_the_group_is_past_it_whatever_transactions_left_behind_it(Shared mesh)
            throws Exception {
        Endpoints shared = mesh.mesh().stack().endpoints();
        var elsewhere = new Endpoints("elsewhere", shared.bootstrapServers(), "", "", "");
        Map<String, Object> brokers = Map.of("bootstrap.servers", shared.bootstrapServers());
        try (Admin admin = Admin.create(brokers)) {
            admin.createTopics(List.of(new NewTopic(PLACE.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
        try (var letters = new Letters(elsewhere, 1)) {
            assertThat(letters.areRead(letters.ends())).isTrue();

            writes(brokers);
            // the letter and the end of its transaction, which the broker writes a little later
            eventually(() -> assertThat(letters.ends()).containsEntry(PLACE, 2L));
            Map<TopicPartition, Long> ends = letters.ends();
            assertThat(letters.areRead(ends)).isFalse();

            reads(brokers, 1);
            assertThat(letters.areRead(ends)).isTrue();
            writes(brokers);
            eventually(() -> assertThat(letters.ends()).containsEntry(PLACE, 4L));
            assertThat(letters.areRead(ends))
                    .as("what came later is not asked for")
                    .isTrue();
            assertThat(letters.areRead(letters.ends())).isFalse();
        }
    }

    private static void writes(Map<String, Object> brokers) {
        var serializer = new ByteArraySerializer();
        var settings = new HashMap<String, Object>(brokers);
        settings.put("transactional.id", "elsewhere");
        try (var producer = new KafkaProducer<>(settings, serializer, serializer)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(PLACE.topic(), 0, new byte[] {1}, new byte[] {1}));
            producer.commitTransaction();
        }
    }

    private static void reads(Map<String, Object> brokers, long until) {
        var deserializer = new ByteArrayDeserializer();
        var settings = new HashMap<String, Object>(brokers);
        settings.put("group.id", "antiphon-elsewhere");
        try (var consumer = new KafkaConsumer<>(settings, deserializer, deserializer)) {
            consumer.commitSync(Map.of(PLACE, new OffsetAndMetadata(until)));
        }
    }
}
