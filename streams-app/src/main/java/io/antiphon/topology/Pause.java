package io.antiphon.topology;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Why a site's records do not simply follow each other: there was one about every row of the table.
 *
 * @param kind what is waited for
 * @param restores the rows come back to the site, instead of being deleted
 * @param snapshot log position of the snapshot whose rows are there; 0 after a TRUNCATE
 * @param commitTime of the TRUNCATE, 0 for a snapshot
 * @param time as {@code commitTime}, with a clock that runs ahead pulled back
 * @param cursor the last row that was decided on, null before the first
 */
record Pause(Kind kind, boolean restores, long snapshot, long commitTime, long time, byte @Nullable [] cursor) {
    /** What is waited for; the order is an on-disk format. */
    enum Kind {
        /** A snapshot is shown once more: which rows it has is noted. */
        SHOWING,
        /** A person has to say what a TRUNCATE meant. */
        HELD,
        /** The rows that are not there any more are decided on, some at a time. */
        DECIDING
    }

    static Pause showing(long snapshot, boolean restores) {
        return new Pause(Kind.SHOWING, restores, snapshot, 0, 0, null);
    }

    static Pause held(long commitTime, long time) {
        return new Pause(Kind.HELD, false, 0, commitTime, time, null);
    }

    Pause deciding(boolean restoring) {
        return new Pause(Kind.DECIDING, restoring, snapshot, commitTime, time, null);
    }

    Pause decided(byte[] upTo) {
        return new Pause(kind, restores, snapshot, commitTime, time, upTo);
    }

    byte[] toBytes() {
        int length = cursor == null ? -1 : cursor.length;
        ByteBuffer out = ByteBuffer.allocate(30 + Math.max(0, length));
        out.put((byte) kind.ordinal()).put((byte) (restores ? 1 : 0));
        out.putLong(snapshot).putLong(commitTime).putLong(time).putInt(length);
        if (cursor != null) {
            out.put(cursor);
        }
        return out.array();
    }

    static Pause read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Kind kind = Kind.values()[in.get()];
        boolean restores = in.get() == 1;
        long snapshot = in.getLong();
        long commitTime = in.getLong();
        long time = in.getLong();
        int length = in.getInt();
        byte[] cursor = length < 0 ? null : new byte[length];
        if (cursor != null) {
            in.get(cursor);
        }
        return new Pause(kind, restores, snapshot, commitTime, time, cursor);
    }
}
