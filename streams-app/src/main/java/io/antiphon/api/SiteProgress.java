package io.antiphon.api;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What a resolver has done for one site since it started. */
public final class SiteProgress {
    private final SiteId site;
    private final LongSupplier nanos;
    private final LongAdder captured = new LongAdder();
    private final LongAdder decided = new LongAdder();
    private final LongAdder applied = new LongAdder();
    private final LongAdder refusals = new LongAdder();
    private final LongAdder deadLetters = new LongAdder();
    private final LongAdder pulledBack = new LongAdder();
    private final LongAdder fellBack = new LongAdder();
    private final Map<Partition, Delivery> deliveries = new ConcurrentHashMap<>();

    SiteProgress(SiteId site, LongSupplier nanos) {
        this.site = site;
        this.nanos = nanos;
    }

    /** Whose progress this is. */
    public SiteId site() {
        return site;
    }

    /** Changes read from the site's log; echoes and answers are none. */
    public void captured(long changes) {
        captured.add(changes);
    }

    /** Changes of the site that were decided. */
    public void decided(long changes) {
        decided.add(changes);
    }

    /** Outcomes that the site's guard refused. */
    public void refused(long outcomes) {
        refusals.add(outcomes);
    }

    /** Records of the site that could not be read, and rows that could not be written there. */
    public void deadLetters(long letters) {
        deadLetters.add(letters);
    }

    /** Changes whose commit time was further ahead than the allowed clock skew. */
    public void pulledBack(long changes) {
        pulledBack.add(changes);
    }

    /** Rows the site was found to hold in an older version than it was believed to. */
    public void fellBack(long rows) {
        fellBack.add(rows);
    }

    /** The way of one resolved topic-partition to the site; the same one until the partition is {@linkplain Progress#left left}. */
    public Delivery delivery(TableId table, int partition) {
        return deliveries.computeIfAbsent(new Partition(table, partition), any -> new Delivery(applied, nanos));
    }

    void left(TableId table, int partition) {
        deliveries.remove(new Partition(table, partition));
    }

    long captured() {
        return captured.sum();
    }

    long decided() {
        return decided.sum();
    }

    long applied() {
        return applied.sum();
    }

    long refusals() {
        return refusals.sum();
    }

    long deadLetters() {
        return deadLetters.sum();
    }

    long pulledBack() {
        return pulledBack.sum();
    }

    long fellBack() {
        return fellBack.sum();
    }

    /** Of the slowest partition. */
    double lagSeconds() {
        return deliveries.values().stream().mapToLong(Delivery::lagMicros).max().orElse(0) / 1e6;
    }

    private record Partition(TableId table, int partition) {}
}
