package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database with a log, and the sink that writes to it. */
final class SimulatedSite {
    /** A row as it stands. */
    record Stored(Row row, long commitTime, boolean ours) {}

    /** An outcome that changed no row. */
    record Unwritten(int key, long version, @Nullable Long refusedAt) {}

    /**
     * One record of the log.
     *
     * @param heard what the resolver is told; null for an answer
     * @param change what truly happened, of a local change
     * @param row the row after it
     * @param emptied of a record about every row of the partition; null else
     */
    record Entry(
            long position,
            int key,
            @Nullable Heard heard,
            @Nullable Change change,
            @Nullable Row row,
            long answered,
            List<Unwritten> unwritten,
            @Nullable Emptied emptied) {}

    /**
     * Rows that are not there, without a record for each.
     *
     * @param kept rows this says nothing of
     * @param deletes what truly happened to the others
     * @param commitTime 0 where nobody knows
     */
    record Emptied(BitSet kept, Map<Integer, Change> deletes, long commitTime, long time) {}

    /**
     * Records of a row could not be read.
     *
     * @param change null where it was no change of an application, or not the only one
     * @param answered what the site had answered before the first of them
     */
    record Missed(@Nullable Change change, long answered) {}

    /** A transaction of the sink that has not committed. */
    static final class Batch {
        int to;
        long mark;
        final List<SimulatedPartition.Sent> writes = new ArrayList<>();
        final List<SimulatedPartition.Sent> skips = new ArrayList<>();
        final List<SimulatedPartition.Sent> absent = new ArrayList<>();
        final List<Unwritten> unwritten = new ArrayList<>();
        final BitSet locked = new BitSet();
    }

    final SiteId id;
    final int index;
    final @Nullable Stored[] rows;
    /** Of each row, the changes it is made of. */
    final BitSet[] made;

    /** Of each row that was taken away, the life that begins with the next insert. */
    final int[] lives;

    /** Of each row, the newest version that was written here. */
    final long[] applied;

    /** Of each row, where in the log it was last written. */
    final long[] written;

    final List<List<Entry>> log = new ArrayList<>();
    /** Where capture goes on, per partition. */
    final int[] captured;

    final int[] position;
    final @Nullable Batch[] open;
    final @Nullable Missed[] missed;
    /** Of each partition, what was answered last. */
    final @Nullable Entry[] answer;

    /** The next row's record cannot be read. */
    boolean blind;

    long skew;
    long preparedAt;
    private long lastPosition;

    SimulatedSite(SiteId id, int index, Setup setup) {
        this.id = id;
        this.index = index;
        rows = new Stored[setup.keys()];
        made = new BitSet[setup.keys()];
        for (int key = 0; key < made.length; key++) {
            made[key] = new BitSet();
        }
        lives = new int[setup.keys()];
        applied = new long[setup.keys()];
        written = new long[setup.keys()];
        captured = new int[setup.partitions()];
        position = new int[setup.partitions()];
        open = new Batch[setup.partitions()];
        missed = new Missed[setup.keys()];
        answer = new Entry[setup.partitions()];
        for (int partition = 0; partition < setup.partitions(); partition++) {
            log.add(new ArrayList<>());
        }
    }

    boolean isLocked(int key, int partition) {
        Batch batch = open[partition];
        return batch != null && batch.locked.get(key);
    }

    boolean isIdle() {
        for (Batch batch : open) {
            if (batch != null) {
                return false;
            }
        }
        return true;
    }

    @Nullable
    Row row(int key) {
        Stored stored = rows[key];
        return stored == null ? null : stored.row();
    }

    long nextPosition() {
        return lastPosition + 1;
    }

    void logs(int partition, int key, Heard heard, @Nullable Change change, @Nullable Row row) {
        written[key] = ++lastPosition;
        log.get(partition).add(new Entry(lastPosition, key, heard, change, row, 0, List.of(), null));
    }

    void answers(int partition, long version, List<Unwritten> unwritten) {
        var said = new Entry(++lastPosition, -1, null, null, null, version, List.copyOf(unwritten), null);
        answer[partition] = said;
        log.get(partition).add(said);
    }

    void empties(int partition, Emptied emptied) {
        log.get(partition).add(new Entry(++lastPosition, -1, null, null, null, 0, List.of(), emptied));
        emptied.deletes().keySet().forEach(key -> written[key] = lastPosition);
    }
}
