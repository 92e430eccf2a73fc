package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;

/** What is known of one resolved topic-partition. */
public interface Partition {
    /** The last version given in it. */
    long lastVersion();

    /** Every outcome up to this version has been applied at the site, or answered otherwise; 0 before its first answer. */
    long answered(SiteId site);

    /**
     * The same for a row of which a record of {@code site} could not be read when the site had answered {@code last}: what it answered since
     * says nothing of what that record did.
     */
    default Partition unreadSince(SiteId site, long last) {
        Partition whole = this;
        return new Partition() {
            @Override
            public long lastVersion() {
                return whole.lastVersion();
            }

            @Override
            public long answered(SiteId other) {
                return other.equals(site) ? last : whole.answered(other);
            }
        };
    }
}
