package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;

/**
 * What is known of one row at one site, from that site's own log read in order.
 *
 * @param site the site
 * @param seen newest version of the row the site is known to have held: the context of its next local change
 * @param writeTime write time of what stands there, its own later changes included
 * @param held newest version whose row was the site's own already when it was emitted, 0 for none; as soon as the site's answer has passed
 *     it, the site has seen it
 * @param lastLocal commit time of its last local change as its database notes it, 0 for none: what the guard admits
 * @param lastLocalVersion version that change was decided at, 0 for none
 * @param madeOn version that change was made on, 0 for none
 * @param forgot its own changes decided up to this version are no longer in its row: it fell back
 * @param life the life of the row that stands there
 * @param gone the row of that life was deleted there: an insert begins the next life
 * @param snapshot the row is known from a snapshot
 */
public record SiteView(
        SiteId site,
        long seen,
        long writeTime,
        long held,
        long lastLocal,
        long lastLocalVersion,
        long madeOn,
        long forgot,
        long life,
        boolean gone,
        boolean snapshot) {

    static SiteView unknown(SiteId site) {
        return new SiteView(site, 0, 0, 0, 0, 0, 0, 0, 0, false, false);
    }

    /** Whether a change of this site cannot have known the write. */
    boolean unaware(Clock write) {
        return write.version() > seen && !(write.author().equals(site) && write.version() > forgot);
    }

    SiteView inLife(long other) {
        return new SiteView(
                site, seen, writeTime, held, lastLocal, lastLocalVersion, madeOn, forgot, other, gone, snapshot);
    }

    /** The newest version this site is believed to have got to. */
    long believed() {
        return Math.max(seen, Math.max(held, lastLocalVersion));
    }

    /** The site holds exactly this version now; what it forgot when it fell back below it is still not in its row. */
    SiteView acknowledged(Past version, boolean current) {
        return new SiteView(
                site,
                version.version(),
                version.writeTime(),
                current ? version.version() : 0,
                0,
                0,
                madeOn,
                version.version() >= forgot ? 0 : forgot,
                version.life(),
                !version.exists(),
                false);
    }

    /** The site holds an older version than believed; nothing decided up to {@code last} is in its row any more. */
    SiteView fellBack(Past version, long last) {
        return new SiteView(
                site,
                version.version(),
                version.writeTime(),
                0,
                0,
                0,
                madeOn,
                last,
                version.life(),
                !version.exists(),
                false);
    }

    /** The site lost the row; nothing decided up to {@code last} is in what it writes there next, which begins another life. */
    SiteView lost(long last) {
        return new SiteView(site, 0, 0, 0, 0, 0, 0, last, life, true, false);
    }

    SiteView holding(long version) {
        return held == version
                ? this
                : new SiteView(
                        site,
                        seen,
                        writeTime,
                        version,
                        lastLocal,
                        lastLocalVersion,
                        madeOn,
                        forgot,
                        life,
                        gone,
                        snapshot);
    }

    SiteView knownSince(long commitTime) {
        return new SiteView(
                site, seen, writeTime, held, commitTime, lastLocalVersion, madeOn, forgot, life, gone, false);
    }

    SiteView fromSnapshot() {
        return new SiteView(site, seen, writeTime, held, 0, lastLocalVersion, madeOn, forgot, life, gone, true);
    }

    /** The site's answer has passed the version it held already: it has seen it. */
    SiteView answered(Past version) {
        return new SiteView(
                site,
                version.version(),
                Math.max(writeTime, version.writeTime()),
                held,
                lastLocal,
                lastLocalVersion,
                madeOn,
                forgot,
                version.life(),
                !version.exists(),
                snapshot);
    }
}
