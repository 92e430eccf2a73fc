package io.antiphon.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.Site;
import io.antiphon.site.WriteCount;
import io.antiphon.site.WriteCount.Writes;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * P5: a write that meets no conflict causes at most one write at each other site, and none at its own: exactly one where no other write to
 * the row follows before it is applied.
 */
public final class EchoBound implements AutoCloseable {
    private final Map<Site, WriteCount> counts;

    private EchoBound(Map<Site, WriteCount> counts) {
        this.counts = counts;
    }

    /** Counts at these sites from here on. */
    public static EchoBound echoBoundOf(String table, Site... sites) {
        return new EchoBound(
                List.of(sites).stream().collect(Collectors.toMap(site -> site, site -> site.counting(table))));
    }

    /** Fails unless this site's applications have written so often, and we so often. */
    public void holds(Site site, long local, long ours) {
        WriteCount count = counts.get(site);
        assertThat(count).as("counting at %s", site).isNotNull();
        assertThat(count.writes()).as("writes at %s", site).isEqualTo(new Writes(local, ours));
    }

    @Override
    public void close() {
        counts.values().forEach(WriteCount::close);
    }
}
