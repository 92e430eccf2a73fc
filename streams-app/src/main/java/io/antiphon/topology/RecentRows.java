package io.antiphon.topology;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** The rows written last, as many as fit: a row's echoes come soon after it, and find it here. Not for several threads. */
final class RecentRows {
    private static final int OVERHEAD = 200;

    private final long most;
    private final Map<Bytes, byte[]> rows = new LinkedHashMap<>();
    private long size;

    /** @param most bytes, with what the objects take */
    RecentRows(long most) {
        this.most = most;
    }

    byte @Nullable [] get(Bytes key) {
        return rows.get(key);
    }

    void put(Bytes key, byte[] value) {
        forget(key);
        rows.put(key, value);
        size += sizeOf(key, value);
        Iterator<Map.Entry<Bytes, byte[]>> oldest = rows.entrySet().iterator();
        while (size > most && oldest.hasNext()) {
            Map.Entry<Bytes, byte[]> one = oldest.next();
            size -= sizeOf(one.getKey(), one.getValue());
            oldest.remove();
        }
    }

    void forget(Bytes key) {
        byte[] former = rows.remove(key);
        if (former != null) {
            size -= sizeOf(key, former);
        }
    }

    private static long sizeOf(Bytes key, byte[] value) {
        return OVERHEAD + key.get().length + value.length;
    }
}
