package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;

/** What is known of one resolved topic-partition. */
public interface Partition {
    /** The last version given in it. */
    long lastVersion();

    /** Every outcome up to this version has been applied at the site, or answered otherwise; 0 before its first answer. */
    long answered(SiteId site);
}
