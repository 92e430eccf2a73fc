package io.antiphon.local.history;

import io.antiphon.config.Configuration;
import io.antiphon.config.Site;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import io.antiphon.local.conflict.ConflictLine;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.topic.TopicRecords;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * What the captured, resolved and conflict topics tell of one row, in the order in which it happened.
 *
 * <p>They are read once, in the row's partition only, and the newest events are kept: memory does not grow with the topics. What Kafka has
 * compacted away or let expire is not told.
 */
public final class RowHistory {
    private static final int MOST = 10_000;
    private static final int RESOLVED = 1;
    private static final int DECIDED = 2;

    private final Endpoints endpoints;
    private final Configuration configuration;
    private final TableId table;
    private final byte[] key;
    private final Topics topics;
    private final int partition;
    private final KafkaAvroDeserializer values = new KafkaAvroDeserializer();
    private final KafkaAvroDeserializer contracts = new KafkaAvroDeserializer();
    private final PriorityQueue<Event> newest =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingInt(Event::step));
    private long more;

    private RowHistory(Endpoints endpoints, Configuration configuration, TableId table, String key) {
        this.endpoints = endpoints;
        this.configuration = configuration;
        this.table = table;
        this.key = key.getBytes(StandardCharsets.UTF_8);
        this.topics = new Topics(new MeshName(endpoints.mesh()));
        this.partition = Utils.toPositive(Utils.murmur2(this.key)) % configuration.partitions();
        values.configure(Map.of("schema.registry.url", endpoints.registry()), false);
        contracts.configure(Map.of("schema.registry.url", endpoints.registry(), "specific.avro.reader", true), false);
    }

    /** @param key in its canonical form */
    public static RowHistory of(
            Endpoints endpoints,
            Configuration configuration,
            TableId table,
            String key,
            TopicRecords.Progress progress) {
        var history = new RowHistory(endpoints, configuration, table, key);
        history.read(progress);
        return history;
    }

    /** The newest, in order. */
    public List<Event> events() {
        return newest.stream()
                .sorted(Comparator.comparingLong(Event::at).thenComparingInt(Event::step))
                .toList();
    }

    /** How many happened before those. */
    public long more() {
        return more;
    }

    private void read(TopicRecords.Progress progress) {
        var versions = new TreeSet<Long>();
        var resolved = new TopicPartition(topics.resolved(table), partition);
        TopicRecords.readAll(endpoints, List.of(resolved), progress, record -> resolved(record, versions));
        var logs = new HashMap<String, SiteLogOfRow>();
        var places = new ArrayList<TopicPartition>();
        for (Site site : configuration.sites()) {
            String topic = topics.captured(site.id(), table);
            String text = new String(key, StandardCharsets.UTF_8);
            logs.put(topic, new SiteLogOfRow(topics.mesh(), site.id(), text, versions, this::add));
            places.add(new TopicPartition(topic, partition));
        }
        places.add(new TopicPartition(topics.conflicts(), partition));
        TopicRecords.readAll(endpoints, places, progress, record -> {
            SiteLogOfRow log = logs.get(record.topic());
            if (log == null) {
                conflict(record);
            } else {
                captured(record, log);
            }
        });
        values.close();
        contracts.close();
    }

    private void resolved(ConsumerRecord<byte[], byte[]> record, TreeSet<Long> versions) {
        if (!Arrays.equals(record.key(), key)) {
            return;
        }
        if (record.value() == null) {
            add(new Event(
                    record.timestamp(),
                    RESOLVED,
                    "resolver",
                    "forgot",
                    "forgets the deleted row: every site has answered",
                    Map.of()));
            return;
        }
        GenericRecord outcome = (GenericRecord) values.deserialize(record.topic(), record.value());
        GenericRecord meta = (GenericRecord) outcome.get("meta");
        long version = (Long) meta.get("version");
        versions.add(version);
        List<String> holders = ((List<?>) meta.get("sites"))
                .stream()
                        .map(GenericRecord.class::cast)
                        .filter(site -> (Boolean) site.get("holds"))
                        .map(site -> site.get("site").toString())
                        .toList();
        boolean deleted = meta.get("kind").toString().equals("DELETED");
        add(new Event(
                record.timestamp(),
                RESOLVED,
                "resolver",
                "resolved",
                "version " + version + ", by " + meta.get("author") + ": "
                        + (deleted ? "deleted" : SiteLogOfRow.row(outcome.get("row")))
                        + (holders.isEmpty()
                                ? "; no site holds it yet"
                                : "; held already by " + String.join(", ", holders)),
                Map.of("version", version, "author", meta.get("author").toString(), "holders", holders)));
    }

    private void captured(ConsumerRecord<byte[], byte[]> record, SiteLogOfRow log) {
        boolean ofTheRow = Arrays.equals(record.key(), key);
        if (record.value() == null || !ofTheRow && record.key() != null) {
            return;
        }
        GenericRecord value = (GenericRecord) values.deserialize(record.topic(), record.value());
        if (value.getSchema().getField("outcomes") != null) {
            log.answer(value, record.timestamp());
        } else if (ofTheRow && value.getSchema().getField("op") != null) {
            log.change(value, record.timestamp());
        }
    }

    private void conflict(ConsumerRecord<byte[], byte[]> record) {
        if (Arrays.equals(record.key(), key)
                && contracts.deserialize(record.topic(), record.value()) instanceof Conflict conflict
                && table.equals(new TableId(conflict.getSchemaName(), conflict.getTableName()))) {
            add(new Event(
                    record.timestamp(),
                    DECIDED,
                    "resolver",
                    conflict.getState().toLowerCase(Locale.ROOT),
                    says(conflict),
                    Map.of("conflict", conflict.getId(), "rule", conflict.getRule(), "winner", conflict.getWinner())));
        }
    }

    private static String says(Conflict conflict) {
        return switch (conflict.getState()) {
            case "CLOSED" ->
                conflict.getDecidedBy() + " decided, having seen version "
                        + conflict.getIncoming().getSeen() + ": "
                        + (conflict.getOutcome() == null ? "deleted" : conflict.getOutcome());
            case "DECIDED" -> conflict.getOtherKey() == null ? met(conflict) : ConflictLine.of(conflict);
            case "REFUSED" -> "what " + conflict.getDecidedBy() + " decided is refused: " + conflict.getCause();
            default -> met(conflict);
        };
    }

    private static String met(Conflict conflict) {
        return "conflict " + conflict.getKind()
                + (conflict.getColumns().isEmpty()
                        ? ""
                        : conflict.getColumns().stream().collect(Collectors.joining(", ", " on ", "")))
                + ": " + knowing(conflict.getStanding()) + " against " + knowing(conflict.getIncoming()) + "; "
                + conflict.getWinner() + " stands by " + conflict.getRule()
                + (conflict.getState().equals("OPEN") ? " until a person decides " + conflict.getId() : "");
    }

    private static String knowing(ConflictSide side) {
        return side.getSite() + ", who knew " + (side.getSeen() == 0 ? "nothing of it" : "version " + side.getSeen());
    }

    private void add(Event event) {
        newest.add(event);
        if (newest.size() > MOST) {
            newest.remove();
            more++;
        }
    }
}
