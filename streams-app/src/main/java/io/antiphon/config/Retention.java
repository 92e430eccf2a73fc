package io.antiphon.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the topics that are not compacted keep their records.
 *
 * @param captured longer than the longest time the resolver may be away
 * @param conflicts of the conflicts, dead letters and decisions; null is for ever
 */
public record Retention(Duration captured, @Nullable Duration conflicts) {
    /** Captured changes for a week, conflicts for ever. */
    public static Retention usual() {
        return new Retention(Duration.ofDays(7), null);
    }
}
