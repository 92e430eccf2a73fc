package io.antiphon.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Says in every partition of a table's captured topic what is about the whole table, where it stands among the changes of that partition in
 * the order of the site's log.
 *
 * <ul>
 *   <li>A TRUNCATE.
 *   <li>The end of a snapshot ({@code snapshot_end.avsc}), for each table, also for one without rows: whatever rows there are have been shown.
 * </ul>
 *
 * <p>Only the last copy has the offset of what it is a copy of; the others have the offset before, so that a crash between them repeats all.
 */
final class WholeTables {
    static final Schema SNAPSHOT_END = SchemaBuilder.struct()
            .name("io.antiphon.contract.SnapshotEnd")
            .field("log_position", Schema.INT64_SCHEMA)
            .build();

    private final int partitions;
    private final Set<String> topics;
    private final Function<Map<String, ?>, @Nullable Map<String, ?>> storedOffset;
    private @Nullable Map<String, ?> before;

    /**
     * @param topics the captured topics of the tables, without our own
     * @param storedOffset how far capture had come before this start, by Connect's source partition; null for a first one
     */
    WholeTables(int partitions, List<String> topics, Function<Map<String, ?>, @Nullable Map<String, ?>> storedOffset) {
        this.partitions = partitions;
        this.topics = new TreeSet<>(topics);
        this.storedOffset = storedOffset;
    }

    List<SourceRecord> inEveryPartition(List<SourceRecord> captured) {
        List<SourceRecord> all = null;
        for (int i = 0; i < captured.size(); i++) {
            SourceRecord record = captured.get(i);
            List<SourceRecord> copies = record.value() instanceof Struct change ? copies(record, change) : List.of();
            if (!copies.isEmpty()) {
                all = all == null ? new ArrayList<>(captured.subList(0, i)) : all;
                all.addAll(copies);
            } else if (all != null) {
                all.add(record);
            }
            before = record.sourceOffset();
        }
        return all == null ? captured : all;
    }

    private List<SourceRecord> copies(SourceRecord record, Struct change) {
        if (change.schema().field("op") == null) {
            return List.of();
        }
        if ("t".equals(change.getString("op")) && topics.contains(record.topic())) {
            var copies = new ArrayList<SourceRecord>();
            for (int partition = 0; partition < partitions; partition++) {
                boolean last = partition == partitions - 1;
                copies.add(copy(record, last, record.topic(), partition, record.valueSchema(), change));
            }
            return copies;
        }
        return "r".equals(change.getString("op")) ? snapshotEnd(record, change.getStruct("source")) : List.of();
    }

    private List<SourceRecord> snapshotEnd(SourceRecord record, Struct source) {
        if (!"last".equals(source.getString("snapshot"))) {
            return List.of();
        }
        Struct end = new Struct(SNAPSHOT_END)
                .put("log_position", LogPosition.of(source).change());
        var copies = new ArrayList<SourceRecord>();
        copies.add(copyOf(record));
        for (String topic : topics) {
            for (int partition = 0; partition < partitions; partition++) {
                boolean last = copies.size() == topics.size() * partitions;
                copies.add(copy(record, last, topic, partition, SNAPSHOT_END, end));
            }
        }
        return copies;
    }

    /** The last row of the snapshot, which does not end it yet. */
    private SourceRecord copyOf(SourceRecord record) {
        return new SourceRecord(
                record.sourcePartition(),
                offsetBefore(record),
                record.topic(),
                record.kafkaPartition(),
                record.keySchema(),
                record.key(),
                record.valueSchema(),
                record.value(),
                record.timestamp(),
                record.headers());
    }

    private SourceRecord copy(
            SourceRecord record, boolean last, String topic, int partition, Schema schema, Struct value) {
        return new SourceRecord(
                record.sourcePartition(),
                last ? record.sourceOffset() : offsetBefore(record),
                topic,
                partition,
                null,
                null,
                schema,
                value,
                record.timestamp());
    }

    private Map<String, ?> offsetBefore(SourceRecord record) {
        Map<String, ?> known = before == null ? storedOffset.apply(record.sourcePartition()) : before;
        return known == null ? record.sourceOffset() : known;
    }
}
