package io.antiphon.capture;

import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Where a site's log has a change: the end of the last transaction that committed before its own, and the change itself; in this order they
 * order the log.
 *
 * @param previousCommit 0 where none is known, which is so until the first commit after the snapshot
 */
record LogPosition(long previousCommit, long change) {
    /** Reads Debezium's {@code source.sequence}, a JSON array of two texts, as in {@code ["24981424","24981464"]}; the first may be null. */
    static LogPosition of(Struct source) {
        String sequence = source.getString("sequence");
        Long change = source.getInt64("lsn");
        return new LogPosition(previousCommit(sequence), change == null ? 0 : change);
    }

    private static long previousCommit(@Nullable String sequence) {
        if (sequence == null || !sequence.startsWith("[\"")) {
            return 0;
        }
        return Long.parseLong(sequence, 2, sequence.indexOf('"', 2), 10);
    }
}
