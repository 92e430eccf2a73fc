package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Goes through the rows of all sites side by side, as in a merge of sorted lists. */
final class Merge {
    private static final int BETWEEN_REPORTS = 10_000;

    private final ComparedTable table;
    private final List<RowStream> streams;
    private final int most;
    private final Progress progress;
    private final List<List<String>> listed = new ArrayList<>();
    private long differing;

    private Merge(ComparedTable table, List<RowStream> streams, int most, Progress progress) {
        this.table = table;
        this.streams = streams;
        this.most = most;
        this.progress = progress;
    }

    /**
     * What came out.
     *
     * @param rows how many each site has
     * @param differing how many keys do not have the same row everywhere
     * @param listed the first of those
     */
    record Outcome(Map<SiteId, Long> rows, long differing, List<List<String>> listed) {}

    static Outcome of(ComparedTable table, Readers readers, int most, Progress progress) {
        var streams = new ArrayList<RowStream>();
        try {
            readers.all().forEach(reader -> streams.add(reader.rows(table)));
            return new Merge(table, streams, most, progress).run();
        } finally {
            streams.forEach(RowStream::close);
        }
    }

    private Outcome run() {
        long compared = 0;
        for (String[] key = least(); key != null; key = least()) {
            if (!sameEverywhere(key)) {
                differing++;
                if (listed.size() < most) {
                    listed.add(List.of(key));
                }
            }
            if (++compared % BETWEEN_REPORTS == 0) {
                progress.compared(table.id(), compared, Math.max(compared, table.estimatedRows()));
            }
        }
        progress.compared(table.id(), compared, compared);
        var rows = new LinkedHashMap<SiteId, Long>();
        streams.forEach(stream -> rows.put(stream.site().id(), stream.count()));
        return new Outcome(rows, differing, listed);
    }

    private String @Nullable [] least() {
        String[] least = null;
        for (RowStream stream : streams) {
            if (!stream.ended() && (least == null || table.compare(stream.key(), least) < 0)) {
                least = stream.key();
            }
        }
        return least;
    }

    /** Compares the rows of a key, and goes past them. */
    private boolean sameEverywhere(String[] key) {
        boolean same = true;
        byte[] digest = null;
        for (RowStream stream : streams) {
            if (stream.ended() || table.compare(stream.key(), key) != 0) {
                same = false;
                continue;
            }
            same &= digest == null || Arrays.equals(digest, stream.digest());
            digest = stream.digest();
            stream.advance();
        }
        return same;
    }
}
