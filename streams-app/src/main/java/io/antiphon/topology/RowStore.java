package io.antiphon.topology;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What a task keeps, by name: rows, tombstones in the order of their versions, conflicts that wait for a person, journeys of rows whose keys
 * changed, and how far each table has got.
 *
 * <p>One store; a key's first byte says what it is, the next two are the table's number. An on-disk format. Rows and progress are gathered and
 * written when the task commits.
 */
final class RowStore {
    private static final byte META = 0;
    private static final byte TOMBSTONE = 1;
    private static final byte ROW = 2;
    private static final byte PROGRESS = 3;
    private static final long RECENT = 8 << 20;
    private static final int GATHERED = 20_000;
    private static final byte OPEN = 8;
    private static final byte PAUSE = 12;
    private static final byte WAITING = 13;
    private static final byte SHOWN = 14;
    private static final byte UNREADABLE = 15;
    private static final byte LARGE = 16;
    private static final byte JOURNEY = 17;
    private static final byte FORMER = 18;
    private static final byte[] NOTHING = {};
    private static final Bytes SITES = Bytes.wrap(new byte[] {META, 'S'});
    private static final Bytes TABLES = Bytes.wrap(new byte[] {META, 'T'});

    private final KeyValueStore<Bytes, byte[]> store;
    private final Numbering sites;
    private final Numbering tables;
    private final Map<Bytes, byte[]> gathered = new LinkedHashMap<>();
    private final RecentRows recent = new RecentRows(RECENT);
    private final List<Runnable> beforeCommit = new ArrayList<>();

    RowStore(TaskStore task, List<SiteId> mesh, List<TableId> known) {
        this.store = task.wrapped();
        task.beforeCommit(this::commit);
        this.sites = numbering(SITES, mesh.stream().map(SiteId::text).toList());
        this.tables = numbering(TABLES, known.stream().map(TableId::toString).toList());
    }

    /** A name that is new is gathered too: a transaction that began before the first record would be over before its commit. */
    private Numbering numbering(Bytes key, List<String> names) {
        byte[] bytes = get(key);
        Numbering numbering = bytes == null ? new Numbering() : Numbering.read(bytes);
        boolean grew = false;
        for (String name : names) {
            grew |= numbering.add(name);
        }
        if (grew) {
            put(key, numbering.toBytes());
        }
        return numbering;
    }

    Numbering sites() {
        return sites;
    }

    /** The key of a row, to be used with the other calls. */
    Bytes row(TableId table, byte[] key) {
        return Bytes.wrap(prefixed(ROW, table, key.length).put(key).array());
    }

    byte @Nullable [] get(Bytes key) {
        byte[] value = gathered.get(key);
        if (value == null) {
            value = recent.get(key);
        }
        return value == null ? store.get(key) : value;
    }

    void put(Bytes key, byte[] value) {
        gathered.put(key, value);
        if (gathered.size() >= GATHERED) {
            writeGathered();
        }
    }

    void forget(Bytes key) {
        gathered.remove(key);
        recent.forget(key);
        store.delete(key);
    }

    /** Has this run before each commit: what it puts is committed. */
    void beforeCommit(Runnable write) {
        beforeCommit.add(write);
    }

    private void commit() {
        beforeCommit.forEach(Runnable::run);
        writeGathered();
    }

    private void writeGathered() {
        var all = new ArrayList<KeyValue<Bytes, byte[]>>(gathered.size());
        gathered.forEach((key, value) -> {
            all.add(KeyValue.pair(key, value));
            recent.put(key, value);
        });
        gathered.clear();
        store.putAll(all);
    }

    byte @Nullable [] progress(TableId table) {
        return store.get(progressKey(table));
    }

    void progress(TableId table, byte[] value) {
        store.put(progressKey(table), value);
    }

    void tombstone(TableId table, long version, byte[] key) {
        store.put(atVersion(TOMBSTONE, table, version), key);
    }

    void noTombstone(TableId table, long version) {
        store.delete(atVersion(TOMBSTONE, table, version));
    }

    /** The keys of the rows that were deleted between these versions, both included, oldest first, and no more than {@code most}. */
    List<AtVersion> tombstones(TableId table, long from, long upTo, int most) {
        return between(atVersion(TOMBSTONE, table, from), atVersion(TOMBSTONE, table, upTo), most);
    }

    /** Notes that more is remembered of the row than there need be when this version is stable. */
    void large(TableId table, long version, byte[] key) {
        store.put(atVersion(LARGE, table, version), key);
    }

    void notLarge(TableId table, long version) {
        store.delete(atVersion(LARGE, table, version));
    }

    /** The keys of the rows that were large between these versions, both included, oldest first, and no more than {@code most}. */
    List<AtVersion> large(TableId table, long from, long upTo, int most) {
        return between(atVersion(LARGE, table, from), atVersion(LARGE, table, upTo), most);
    }

    private List<AtVersion> between(Bytes from, Bytes upTo, int most) {
        var found = new ArrayList<AtVersion>();
        try (KeyValueIterator<Bytes, byte[]> all = store.range(from, upTo)) {
            while (all.hasNext() && found.size() < most) {
                KeyValue<Bytes, byte[]> one = all.next();
                found.add(new AtVersion(ByteBuffer.wrap(one.key.get()).getLong(3), one.value));
            }
        }
        return found;
    }

    byte @Nullable [] journey(TableId table, byte[] key) {
        return store.get(journeyKey(table, key));
    }

    void journey(TableId table, byte[] key, byte[] value) {
        store.put(journeyKey(table, key), value);
    }

    void noJourney(TableId table, byte[] key) {
        store.delete(journeyKey(table, key));
    }

    /** How many keys of the table have a journey. */
    int journeys(TableId table) {
        int count = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.prefixScan(
                prefixed(JOURNEY, table, 0).array(), Serdes.ByteArray().serializer())) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    /** Something of this key's journey may be forgotten when this version is stable. */
    void former(TableId table, long version, byte[] key) {
        store.put(atVersion(FORMER, table, version), key);
    }

    void noFormer(TableId table, long version) {
        store.delete(atVersion(FORMER, table, version));
    }

    /** As {@link #tombstones}, of journeys. */
    List<AtVersion> formers(TableId table, long upTo, int most) {
        return between(atVersion(FORMER, table, 0), atVersion(FORMER, table, upTo), most);
    }

    /** A row, as it was at a version. */
    record AtVersion(long version, byte[] key) {}

    /** The key of what is open of a row, to be used with the other calls. */
    Bytes open(TableId table, byte[] key) {
        return Bytes.wrap(prefixed(OPEN, table, key.length).put(key).array());
    }

    /** The keys of all rows of a table of which something is open. */
    List<byte[]> allOpen(TableId table) {
        writeGathered();
        Bytes from = Bytes.wrap(prefixed(OPEN, table, 0).array());
        Bytes to = Bytes.increment(from);
        var keys = new ArrayList<byte[]>();
        try (KeyValueIterator<Bytes, byte[]> all = store.range(from, to)) {
            while (all.hasNext()) {
                byte[] key = all.next().key.get();
                if (Bytes.wrap(key).compareTo(to) < 0) {
                    keys.add(Arrays.copyOfRange(key, from.get().length, key.length));
                }
            }
        }
        return keys;
    }

    /** What another thread finds of a row: its state, what is open of it, and how far its table has got. */
    record Found(byte[] row, byte @Nullable [] open, byte[] progress, Numbering sites) {}

    /** Looks a row up in a store that is another thread's; null where there is nothing. */
    static @Nullable Found look(ReadOnlyKeyValueStore<Bytes, byte[]> store, TableId table, byte[] key) {
        byte[] sites = store.get(SITES);
        byte[] tables = store.get(TABLES);
        if (sites == null || tables == null) {
            return null;
        }
        int number = Numbering.read(tables).of(table.toString());
        byte[] row =
                store.get(Bytes.wrap(prefixed(ROW, number, key.length).put(key).array()));
        byte[] progress = store.get(Bytes.wrap(prefixed(PROGRESS, number, 0).array()));
        if (row == null || progress == null) {
            return null;
        }
        byte[] open =
                store.get(Bytes.wrap(prefixed(OPEN, number, key.length).put(key).array()));
        return new Found(row, open, progress, Numbering.read(sites));
    }

    /** The keys of rows and tombstones that follow {@code after} (null: all), in order, and no more than {@code most}. */
    List<byte[]> keys(TableId table, byte @Nullable [] after, int most) {
        writeGathered();
        return found(row(table, after == null ? NOTHING : after), beyond(prefixed(ROW, table, 0)), most + 1).stream()
                .map(one -> rest(one.key, 3))
                .filter(key -> after == null || !Arrays.equals(key, after))
                .limit(most)
                .toList();
    }

    byte @Nullable [] pause(TableId table, SiteId site) {
        return store.get(of(PAUSE, table, site, NOTHING));
    }

    /** Whether some site's records of the table wait, or some of its rows are held. */
    boolean anyPause(TableId table, List<SiteId> mesh) {
        for (SiteId site : mesh) {
            if (pause(table, site) != null || !waiting(table, site, 1).isEmpty() || anyUnreadable(table, site)) {
                return true;
            }
        }
        return false;
    }

    /** Null ends the pause. */
    void pause(TableId table, SiteId site, byte @Nullable [] value) {
        if (value == null) {
            store.delete(of(PAUSE, table, site, NOTHING));
        } else {
            store.put(of(PAUSE, table, site, NOTHING), value);
        }
    }

    /** A record that is to be read when those before it have been. */
    void waits(TableId table, SiteId site, long offset, byte[] record) {
        store.put(waitingKey(table, site, offset), record);
    }

    void waitsNoMore(TableId table, SiteId site, long offset) {
        store.delete(waitingKey(table, site, offset));
    }

    /** The records that wait, oldest first, and no more than {@code most}. */
    List<Waiting> waiting(TableId table, SiteId site, int most) {
        ByteBuffer prefix = prefixed(WAITING, table, 1).put(number(site));
        return found(Bytes.wrap(prefix.array()), beyond(prefix), most).stream()
                .map(one -> new Waiting(ByteBuffer.wrap(one.key.get()).getLong(4), one.value))
                .toList();
    }

    /** A record that waits. */
    record Waiting(long offset, byte[] record) {}

    void shown(TableId table, SiteId site, byte[] key, long snapshot) {
        store.put(
                of(SHOWN, table, site, key),
                ByteBuffer.allocate(Long.BYTES).putLong(snapshot).array());
    }

    /** Whether this snapshot showed the row; it is forgotten then. */
    boolean wasShown(TableId table, SiteId site, byte[] key, long snapshot) {
        byte[] last = store.delete(of(SHOWN, table, site, key));
        return last != null && ByteBuffer.wrap(last).getLong() == snapshot;
    }

    /** A record of the row could not be read when the site had answered so far; the first such counts. */
    void unreadable(TableId table, SiteId site, byte[] key, long answered) {
        store.putIfAbsent(
                of(UNREADABLE, table, site, key),
                ByteBuffer.allocate(Long.BYTES).putLong(answered).array());
    }

    /** Whether a record of this row could not be read since the site's last one that could; it is forgotten then. */
    boolean wasUnreadable(TableId table, SiteId site, byte[] key) {
        return store.delete(of(UNREADABLE, table, site, key)) != null;
    }

    /** What the site had answered when a record of this row could not be read; null where all could. */
    @Nullable
    Long unreadableSince(TableId table, SiteId site, byte[] key) {
        byte[] answered = store.get(of(UNREADABLE, table, site, key));
        return answered == null ? null : ByteBuffer.wrap(answered).getLong();
    }

    boolean anyUnreadable(TableId table, SiteId site) {
        ByteBuffer prefix = prefixed(UNREADABLE, table, 1).put(number(site));
        return !found(Bytes.wrap(prefix.array()), beyond(prefix), 1).isEmpty();
    }

    private List<KeyValue<Bytes, byte[]>> found(Bytes from, Bytes before, int most) {
        var found = new ArrayList<KeyValue<Bytes, byte[]>>();
        try (KeyValueIterator<Bytes, byte[]> all = store.range(from, before)) {
            while (all.hasNext() && found.size() < most) {
                KeyValue<Bytes, byte[]> one = all.next();
                if (one.key.compareTo(before) < 0) {
                    found.add(one);
                }
            }
        }
        return found;
    }

    /** The first key behind all that begin so. */
    private static Bytes beyond(ByteBuffer prefix) {
        return Bytes.increment(Bytes.wrap(prefix.array()));
    }

    private static byte[] rest(Bytes key, int from) {
        return Arrays.copyOfRange(key.get(), from, key.get().length);
    }

    private Bytes waitingKey(TableId table, SiteId site, long offset) {
        return Bytes.wrap(prefixed(WAITING, table, 1 + Long.BYTES)
                .put(number(site))
                .putLong(offset)
                .array());
    }

    private Bytes of(byte kind, TableId table, SiteId site, byte[] key) {
        return Bytes.wrap(
                prefixed(kind, table, 1 + key.length).put(number(site)).put(key).array());
    }

    private byte number(SiteId site) {
        return (byte) sites.of(site.text());
    }

    private Bytes progressKey(TableId table) {
        return Bytes.wrap(prefixed(PROGRESS, table, 0).array());
    }

    private Bytes journeyKey(TableId table, byte[] key) {
        return Bytes.wrap(prefixed(JOURNEY, table, key.length).put(key).array());
    }

    private Bytes atVersion(byte kind, TableId table, long version) {
        return Bytes.wrap(prefixed(kind, table, Long.BYTES).putLong(version).array());
    }

    private ByteBuffer prefixed(byte kind, TableId table, int more) {
        return prefixed(kind, tables.of(table.toString()), more);
    }

    private static ByteBuffer prefixed(byte kind, int table, int more) {
        return ByteBuffer.allocate(3 + more).put(kind).putShort((short) table);
    }
}
