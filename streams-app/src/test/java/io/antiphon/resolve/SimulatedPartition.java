package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The resolver's side of one topic-partition: its store and its resolved log. */
final class SimulatedPartition implements Partition {
    /**
     * A resolved record.
     *
     * @param made the changes that were decided into it
     * @param heard how far each site's log had been heard
     */
    record Sent(long version, int key, @Nullable Row row, List<SiteView> views, BitSet made, long[] heard) {
        boolean heldBy(SiteId site) {
            SiteView view = view(site);
            return view != null && view.held() == version;
        }

        @Nullable
        SiteView view(SiteId site) {
            for (SiteView view : views) {
                if (view.site().equals(site)) {
                    return view;
                }
            }
            return null;
        }
    }

    /**
     * A letter on its way.
     *
     * @param carries the changes it carries
     */
    record Post(Letter letter, BitSet carries) {}

    final Map<Integer, RowState> states = new HashMap<>();
    /** The conflicts that wait for a person. */
    final Map<Integer, OpenConflict> open = new HashMap<>();

    final Map<Integer, Journey> journeys = new HashMap<>();
    /** Written to this partition's rows; read up to {@link #lettersRead}. */
    final List<Post> letters = new ArrayList<>();

    int lettersRead;
    /** Letters that came before the row they are about. */
    final List<Post> early = new ArrayList<>();

    final List<Sent> log = new ArrayList<>();
    final long[] answered;
    final long[] watermark;
    long lastVersion;
    private final List<SiteId> sites;

    boolean hasLetters() {
        return lettersRead < letters.size();
    }

    SimulatedPartition(List<SiteId> sites) {
        this.sites = sites;
        answered = new long[sites.size()];
        watermark = new long[sites.size()];
    }

    @Override
    public long lastVersion() {
        return lastVersion;
    }

    @Override
    public long answered(SiteId site) {
        return answered[sites.indexOf(site)];
    }
}
