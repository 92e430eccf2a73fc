package io.antiphon.topology;

import io.antiphon.config.Truncate;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.resolve.Partition;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One site's records on their way into a table.
 *
 * <p>A record about every row (a TRUNCATE, the end of a repeated snapshot) is carried out some rows at a time, because what one record causes
 * is in one transaction; until that is done, and while a person has to say what a TRUNCATE meant, the records behind it wait in the store, in
 * their order.
 */
final class Intake {
    private static final int AT_ONCE = 1_000;

    private final TableId table;
    private final SiteId site;
    private final RowStore store;
    private final Heart heart;
    private @Nullable Pause pause;
    private boolean anyWaits;
    private boolean anyUnreadable;

    /** Where what was waited for goes on. */
    interface Heart {
        /** A record that waited is read. */
        void read(SiteId site, byte @Nullable [] key, byte[] value, KeyChange keyChange, long recordTime, long offset);

        /** The site has no such row any more. */
        void isNotThere(SiteId site, byte[] key, Pause why);
    }

    Intake(TableId table, SiteId site, RowStore store, Heart heart) {
        this.table = table;
        this.site = site;
        this.store = store;
        this.heart = heart;
        byte[] paused = store.pause(table, site);
        pause = paused == null ? null : Pause.read(paused);
        anyWaits = !store.waiting(table, site, 1).isEmpty();
        anyUnreadable = store.anyUnreadable(table, site);
    }

    boolean isHeld() {
        return pause != null && pause.kind() == Pause.Kind.HELD;
    }

    /** Whether a record has to wait. */
    boolean isBusy() {
        return anyWaits || pause != null && pause.kind() != Pause.Kind.SHOWING;
    }

    void waits(byte @Nullable [] key, byte[] value, KeyChange keyChange, long recordTime, long offset) {
        int length = key == null ? -1 : key.length;
        byte[] change = keyChange.toBytes();
        ByteBuffer record = ByteBuffer.allocate(16 + Math.max(0, length) + change.length + value.length);
        record.putLong(recordTime).putInt(length);
        if (key != null) {
            record.put(key);
        }
        store.waits(
                table,
                site,
                offset,
                record.putInt(change.length).put(change).put(value).array());
        anyWaits = true;
    }

    /** A snapshot shows a row once more. */
    void shows(byte[] key, LogPosition at, LogPosition read, boolean anew) {
        if (begins(at, read, anew)) {
            store.shown(table, site, key, at.position());
        }
    }

    /** A snapshot has shown all there is; rows it did not show are not there. */
    void shownAll(LogPosition at, LogPosition read, boolean anew) {
        if (begins(at, read, anew) && pause != null) {
            becomes(pause.deciding(pause.restores()));
            goesOn(Truncate.HOLD);
        }
    }

    private boolean begins(LogPosition at, LogPosition read, boolean anew) {
        if (pause != null && pause.kind() == Pause.Kind.SHOWING && pause.snapshot() == at.position()) {
            return true;
        }
        if (!anew && !at.isRepeated(read)) {
            return false;
        }
        becomes(Pause.showing(at.position(), anew));
        return true;
    }

    void truncated(Captured.Truncated truncated, Truncate policy) {
        becomes(Pause.held(truncated.commitTime(), truncated.time()));
        goesOn(policy);
    }

    /** Decides on some more rows, or reads some more records that waited; nothing where a person is waited for. */
    void goesOn(Truncate policy) {
        if (pause != null && pause.kind() == Pause.Kind.HELD) {
            if (policy == Truncate.HOLD) {
                return;
            }
            becomes(pause.deciding(policy == Truncate.RESTORE));
        }
        if (pause != null && pause.kind() == Pause.Kind.DECIDING) {
            decides(pause);
        } else if (anyWaits) {
            readsWhatWaited();
        }
    }

    private void decides(Pause why) {
        List<byte[]> keys = store.keys(table, why.cursor(), AT_ONCE);
        for (byte[] key : keys) {
            // What a snapshot showed unreadably is there, if nobody knows as what.
            if (why.snapshot() == 0 || !store.wasShown(table, site, key, why.snapshot()) && !isUnread(key)) {
                heart.isNotThere(site, key, why);
            }
        }
        becomes(keys.size() < AT_ONCE ? null : why.decided(keys.get(keys.size() - 1)));
    }

    private void readsWhatWaited() {
        List<RowStore.Waiting> oldest = store.waiting(table, site, AT_ONCE);
        for (RowStore.Waiting one : oldest) {
            store.waitsNoMore(table, site, one.offset());
            ByteBuffer record = ByteBuffer.wrap(one.record());
            long recordTime = record.getLong();
            int length = record.getInt();
            byte[] key = length < 0 ? null : new byte[length];
            if (key != null) {
                record.get(key);
            }
            byte[] change = new byte[record.getInt()];
            record.get(change);
            byte[] value = new byte[record.remaining()];
            record.get(value);
            heart.read(site, key, value, KeyChange.ofBytes(change), recordTime, one.offset());
            if (pause != null && pause.kind() != Pause.Kind.SHOWING) {
                return;
            }
        }
        anyWaits = oldest.size() == AT_ONCE;
    }

    /** A record of a row could not be read: what it left shows in the site's next one. */
    void isUnreadable(byte[] key, long answered) {
        store.unreadable(table, site, key, answered);
        anyUnreadable = true;
    }

    boolean hasUnreadable() {
        return anyUnreadable;
    }

    /** Whether what stands at the site is something that could not be read. */
    boolean isUnread(byte[] key) {
        return anyUnreadable && store.unreadableSince(table, site, key) != null;
    }

    /** What is known of the row's partition, but for what the site answered since a record of the row could not be read. */
    Partition asFarAsRead(byte[] key, Partition partition) {
        Long answered = anyUnreadable ? store.unreadableSince(table, site, key) : null;
        return answered == null ? partition : partition.unreadSince(site, answered);
    }

    /** Whether a record of this row could not be read since the last one that could; it is forgotten then. */
    boolean showsWhatWasUnreadable(byte[] key) {
        boolean was = anyUnreadable && store.wasUnreadable(table, site, key);
        if (was) {
            anyUnreadable = store.anyUnreadable(table, site);
        }
        return was;
    }

    private void becomes(@Nullable Pause next) {
        pause = next;
        store.pause(table, site, next == null ? null : next.toBytes());
    }
}
