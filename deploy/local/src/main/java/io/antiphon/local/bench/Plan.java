package io.antiphon.local.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What is measured, and how much of it.
 *
 * @param rows of the one transaction
 * @param transactions of one row each
 * @param increments of both sites together
 * @param rate of the steady load, in rows a second
 * @param steady how long it lasts
 * @param baseline whether Debezium's own sink is measured too
 * @param profile where to leave a flight recording of the resolver and of the Connect worker
 */
public record Plan(
        int rows,
        int transactions,
        int increments,
        int rate,
        Duration steady,
        Set<Scenario> only,
        boolean baseline,
        Optional<Path> profile) {
    /** Rows both sites update at once. */
    static final int HOT_ROWS = 1_000;

    public Plan {
        only = Set.copyOf(only);
        if (rows < 1_000 || transactions < 100 || increments < 100 || rate < 1) {
            throw new IllegalArgumentException(
                    "too little to measure anything: at least 1,000 rows, 100 transactions and 100 increments");
        }
    }

    boolean has(Scenario scenario) {
        return only.isEmpty() || only.contains(scenario);
    }
}
