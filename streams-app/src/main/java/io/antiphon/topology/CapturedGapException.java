package io.antiphon.topology;

/** Captured records expired before they were resolved: changes of a site are missing. */
public final class CapturedGapException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CapturedGapException(String topic, int partition, long expected, long oldest) {
        super("captured records " + expected + " to " + (oldest - 1) + " of " + topic + "-" + partition
                + " expired before they were resolved: raise that topic's retention, and take a new snapshot of the site"
                + " (remove and add it) so that nothing is missed");
    }
}
