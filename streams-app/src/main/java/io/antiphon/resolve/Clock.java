package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.List;

/**
 * When and by whom something was last written.
 *
 * @param writeTime hybrid time of the write, microseconds; what last-writer-wins compares
 * @param author the site that wrote it
 * @param version the version of the resolved row that brought it
 */
public record Clock(long writeTime, SiteId author, long version) {
    private static final long AGE = 1L << 62;

    /** The clock of what a move brought along without writing it: below every write, and as old as the move among its like. */
    Clock ancient() {
        return new Clock(writeTime - AGE, author, version);
    }

    boolean isAncient() {
        return writeTime < -(AGE >> 1);
    }

    /** This clock, or that of the move that brought it along. */
    Clock settled() {
        return isAncient() ? new Clock(writeTime + AGE, author, version) : this;
    }

    Clock newer(Clock other) {
        return other.version > version ? other : this;
    }

    /** A row that another site began with too, written then, is the one's that wrote it last. */
    Clock sharedWith(SiteId site, long written, List<SiteId> order) {
        var other = new Clock(written, site, version);
        return writeTime <= Resolver.SNAPSHOT && Resolver.beats(other, this, order) ? other : this;
    }
}
