package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;

/** Something at a site that a person has to mend; the message is one line that names the site, the cause and the mend. */
public class SiteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SiteId site;

    SiteException(SiteId site, String problem, String mend) {
        super(site + ": " + problem + "; " + mend);
        this.site = site;
    }

    SiteException(SiteId site, String problem, String mend, Throwable cause) {
        super(site + ": " + problem + "; " + mend, cause);
        this.site = site;
    }

    /** Where. */
    public SiteId site() {
        return site;
    }
}
