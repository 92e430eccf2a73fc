package io.antiphon.apply;

import io.antiphon.key.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.connect.sink.SinkRecord;

/** What the records of one resolved topic-partition come to: per key only the newest outcome, and of those only what the site lacks. */
final class Batch implements ResolvedReader.Visitor {
    private final Map<RowKey, Outcome> newest = new HashMap<>();
    private final SortedMap<Long, Marker> markers = new TreeMap<>();
    private final SortedSet<Long> reread = new TreeSet<>();
    private final Set<RowKey> held = new HashSet<>();
    private long mark = Long.MIN_VALUE;
    private long nextOffset;

    private Batch(long nextOffset) {
        this.nextOffset = nextOffset;
    }

    /**
     * Reads the records a position has not passed.
     *
     * @param waiting offsets it has passed whose records are still wanted
     */
    static Batch read(List<SinkRecord> records, ResolvedReader reader, long nextOffset, SortedSet<Long> waiting) {
        var batch = new Batch(nextOffset);
        for (SinkRecord sinkRecord : records) {
            long offset = sinkRecord.originalKafkaOffset();
            if (offset >= batch.nextOffset) {
                batch.nextOffset = offset + 1;
            } else if (waiting.contains(offset)) {
                batch.reread.add(offset);
            } else {
                batch.mark = Math.max(batch.mark, reader.version(sinkRecord));
                continue;
            }
            reader.read(sinkRecord, batch);
        }
        return batch;
    }

    @Override
    public void outcome(Outcome outcome) {
        mark = Math.max(mark, outcome.version());
        newest.put(outcome.key(), outcome);
        if (!held.isEmpty()) {
            held.remove(outcome.key());
        }
    }

    @Override
    public void held(RowKey key, long version) {
        mark = Math.max(mark, version);
        held.add(key);
        if (!newest.isEmpty()) {
            newest.remove(key);
        }
    }

    @Override
    public void marker(Marker marker, long version, long offset) {
        mark = Math.max(mark, version);
        markers.put(offset, marker);
    }

    /** The offsets that were read because they wait. */
    SortedSet<Long> reread() {
        return reread;
    }

    /** The keys these records speak of. */
    Iterable<RowKey> keys() {
        var keys = new HashSet<>(held);
        keys.addAll(newest.keySet());
        return keys;
    }

    /** What is to be written, in key order; not what is read again because it waits. */
    List<Outcome> toWrite() {
        var outcomes = new ArrayList<Outcome>(newest.size());
        for (Outcome outcome : newest.values()) {
            if (!reread.contains(outcome.offset())) {
                outcomes.add(outcome);
            }
        }
        outcomes.sort((one, other) -> one.key().compareTo(other.key()));
        return outcomes;
    }

    /** What was read again because it waits, and has no newer outcome among these records. */
    List<Outcome> stillWaiting() {
        return reread.isEmpty()
                ? List.of()
                : newest.values().stream()
                        .filter(outcome -> reread.contains(outcome.offset()))
                        .toList();
    }

    SortedMap<Long, Marker> markers() {
        return markers;
    }

    /** The highest version, or {@link Long#MIN_VALUE} if no record had one. */
    long mark() {
        return mark;
    }

    long nextOffset() {
        return nextOffset;
    }
}
