package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is remembered of one row key.
 *
 * @param version version of the resolved row, 0 while nothing was resolved
 * @param writeTime write time of its newest write
 * @param author the site of its newest write
 * @param exists false is a tombstone
 * @param life counts the times the row was inserted anew after a delete its author had seen
 * @param row the resolved row; a tombstone keeps the last one until it is stable, so that an update that wins over the delete finds the rest
 * @param existence the newest write that said whether the row exists
 * @param clocks the clock of every column
 * @param contests what policies need to know besides
 * @param past older versions that some site may still echo, oldest first
 * @param sites what is known of each site
 * @param oddEchoes echoes running that were no version of ours
 */
public record RowState(
        long version,
        long writeTime,
        SiteId author,
        boolean exists,
        long life,
        @Nullable Row row,
        Clock existence,
        ColumnClocks clocks,
        Contests contests,
        List<Past> past,
        List<SiteView> sites,
        int oddEchoes) {

    /** What is known of the row at this site. */
    public SiteView at(SiteId site) {
        for (SiteView view : sites) {
            if (view.site().equals(site)) {
                return view;
            }
        }
        return SiteView.unknown(site);
    }

    /** Whether the site's row equals the resolved row. */
    public boolean heldBy(SiteId site) {
        return at(site).held() == version;
    }

    /** The current version, without its digest: its row is here. */
    Past current() {
        return new Past(version, writeTime, 0, life, exists);
    }

    /** The current version as it is remembered when it is no longer the current one. */
    Past outlived() {
        return new Past(
                version, writeTime, row == null || row.hasAbsent() ? Past.NO_DIGEST : row.digest(), life, exists);
    }

    /** The newest version up to {@code mark} that is still remembered. */
    @Nullable
    Past upTo(long mark) {
        if (version <= mark) {
            return current();
        }
        Past newest = null;
        for (Past one : past) {
            if (one.version() <= mark) {
                newest = one;
            }
        }
        return newest;
    }

    @Nullable
    Past exactly(long wanted) {
        Past found = upTo(wanted);
        return found != null && found.version() == wanted ? found : null;
    }

    RowState with(SiteView view) {
        var views = new ArrayList<SiteView>(sites.size() + 1);
        boolean replaced = false;
        for (SiteView one : sites) {
            boolean same = one.site().equals(view.site());
            views.add(same ? view : one);
            replaced |= same;
        }
        if (!replaced) {
            views.add(view);
        }
        return withSites(views);
    }

    RowState withSites(List<SiteView> views) {
        return new RowState(
                version,
                writeTime,
                author,
                exists,
                life,
                row,
                existence,
                clocks,
                contests,
                past,
                List.copyOf(views),
                oddEchoes);
    }

    /** The same state of the row in another layout. */
    public RowState with(Row other) {
        return new RowState(
                version, writeTime, author, exists, life, other, existence, clocks, contests, past, sites, oddEchoes);
    }

    /** The same state with values of registers in another layout. */
    public RowState with(Contests other) {
        return other == contests
                ? this
                : new RowState(
                        version, writeTime, author, exists, life, row, existence, clocks, other, past, sites,
                        oddEchoes);
    }

    /** The same row with other clocks of its columns. */
    RowState with(ColumnClocks others) {
        return new RowState(
                version, writeTime, author, exists, life, row, existence, others, contests, past, sites, oddEchoes);
    }

    /** The same row in another life. */
    RowState inLife(long other) {
        return new RowState(
                version, writeTime, author, exists, other, row, existence, clocks, contests, past, sites, oddEchoes);
    }

    /** The same row of which no site can echo a version any more. */
    RowState withoutPast() {
        return new RowState(
                version, writeTime, author, exists, life, row, existence, clocks, contests, List.of(), sites, 0);
    }

    RowState withOddEchoes(int count) {
        return count == oddEchoes
                ? this
                : new RowState(
                        version, writeTime, author, exists, life, row, existence, clocks, contests, past, sites, count);
    }
}
