package io.antiphon.topology;

import io.antiphon.key.RowKey;
import io.antiphon.resolve.Heard;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.resolve.Move;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a captured record's headers say of a change of its row's key.
 *
 * @param to on the record of the former key: the key the row has now
 * @param from on the record of the new key: the key the row had
 * @param columns the key columns, as the database names them
 */
record KeyChange(@Nullable RowKey to, @Nullable RowKey from, List<String> columns) {
    static final KeyChange NONE = new KeyChange(null, null, List.of());

    private static final String NEW_KEY = "__debezium.newkey";
    private static final String OLD_KEY = "__debezium.oldkey";
    private static final String KEY_COLUMNS = "antiphon.key-columns";

    static KeyChange of(Headers headers) {
        RowKey to = key(headers.lastHeader(NEW_KEY));
        RowKey from = key(headers.lastHeader(OLD_KEY));
        RowKey columns = key(headers.lastHeader(KEY_COLUMNS));
        return to == null && from == null
                ? NONE
                : new KeyChange(to, from, columns == null ? List.of() : columns.values());
    }

    private static @Nullable RowKey key(@Nullable Header header) {
        return header == null || header.value() == null
                ? null
                : new RowKey(new String(header.value(), StandardCharsets.UTF_8));
    }

    /** As three lines: a row key is JSON and has no line end. */
    byte[] toBytes() {
        return equals(NONE)
                ? new byte[0]
                : String.join("\n", text(to), text(from), RowKey.of(columns).text())
                        .getBytes(StandardCharsets.UTF_8);
    }

    static KeyChange ofBytes(byte[] bytes) {
        if (bytes.length == 0) {
            return NONE;
        }
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", 3);
        return new KeyChange(
                lines[0].isEmpty() ? null : new RowKey(lines[0]),
                lines[1].isEmpty() ? null : new RowKey(lines[1]),
                new RowKey(lines[2]).values());
    }

    private static String text(@Nullable RowKey key) {
        return key == null ? "" : key.text();
    }

    /** What was heard of one of the two keys, as part of the move. */
    Heard of(Heard heard, byte[] key, LogPosition position, RowLayout layout) {
        if (!(heard instanceof Heard.Local local)) {
            return heard;
        }
        RowKey here = RowKey.fromBytes(key);
        if (to != null && local.operation() == Operation.DELETE) {
            return new Heard.Departed(local, move(local, position, here, to));
        }
        if (from == null || local.operation() != Operation.INSERT) {
            return heard;
        }
        var insert =
                new Heard.Local(local.site(), Operation.INSERT, null, local.after(), local.commitTime(), local.time());
        return new Heard.Arrived(insert, move(local, position, from, here), local.before(), keys(layout));
    }

    private static Move move(Heard.Local local, LogPosition position, RowKey from, RowKey to) {
        return new Move(local.site(), local.commitTime(), position.position(), from, to);
    }

    private BitSet keys(RowLayout layout) {
        var keys = new BitSet();
        columns.stream()
                .mapToInt(layout::positionOfTrueName)
                .filter(position -> position >= 0)
                .forEach(keys::set);
        return keys;
    }
}
