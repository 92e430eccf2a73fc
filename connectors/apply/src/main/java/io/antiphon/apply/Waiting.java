package io.antiphon.apply;

import io.antiphon.key.RowKey;
import io.antiphon.time.HybridTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What of one topic-partition the position has passed and the site does not have yet: rows that need a unique value another row still
 * holds, and the markers behind them. Also rows that were given up for the time being: they are tried for as long as they stand.
 *
 * <p>The position row keeps their offsets, so that whoever owns the partition next reads them again; until then their neighbours go on.
 */
final class Waiting {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration AFTER_THE_ANSWER = Duration.ofSeconds(1);

    private final Map<RowKey, Row> rows;
    private final SortedMap<Long, Marker> markers;
    private final SortedSet<Long> unread;

    /**
     * One row that waits.
     *
     * @param since when it was first refused
     * @param answered the site has said that it does not have it; it is tried all the same
     */
    record Row(Outcome outcome, Instant since, Instant next, Duration pause, boolean answered) {
        boolean isDue(Instant now) {
            return !next.isAfter(now);
        }

        Row refusedAgain(Instant now) {
            if (answered) {
                return new Row(outcome, since, now.plus(pause), pause, true);
            }
            Duration longer = pause.multipliedBy(2);
            Duration following = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            return new Row(outcome, since, now.plus(pause), following, answered);
        }

        Row answered(Instant now) {
            return new Row(outcome, since, now.plus(AFTER_THE_ANSWER), AFTER_THE_ANSWER, true);
        }
    }

    private Waiting(Map<RowKey, Row> rows, SortedMap<Long, Marker> markers, SortedSet<Long> unread) {
        this.rows = rows;
        this.markers = markers;
        this.unread = unread;
    }

    /** What waits according to a position, none of it read yet. */
    static Waiting of(Position position) {
        return new Waiting(new HashMap<>(), new TreeMap<>(), new TreeSet<>(position.waiting()));
    }

    Waiting copy() {
        return new Waiting(new HashMap<>(rows), new TreeMap<>(markers), new TreeSet<>(unread));
    }

    boolean isEmpty() {
        return rows.isEmpty() && markers.isEmpty() && unread.isEmpty();
    }

    /** Forgets what these records replace, takes in what they bring again, and gives up on what reading has passed. */
    void follow(Batch batch, long nextOffset, Instant now) {
        if (!isEmpty()) {
            batch.keys().forEach(rows::remove);
        }
        batch.stillWaiting()
                .forEach(outcome -> rows.put(outcome.key(), new Row(outcome, now, now, FIRST_PAUSE, false)));
        markers.putAll(batch.markers());
        unread.removeAll(batch.reread());
        if (batch.nextOffset() > nextOffset) {
            // compaction took them: a newer outcome of the same key comes later
            unread.clear();
        }
    }

    /** Offsets that are still to be read again. */
    SortedSet<Long> unread() {
        return unread;
    }

    boolean hasRows() {
        return !rows.isEmpty();
    }

    boolean has(Outcome outcome) {
        return rows.containsKey(outcome.key());
    }

    void add(Outcome outcome, Instant now) {
        rows.put(outcome.key(), new Row(outcome, now, now.plus(FIRST_PAUSE), FIRST_PAUSE.multipliedBy(2), false));
    }

    void refusedAgain(Outcome outcome, Instant now) {
        rows.computeIfPresent(outcome.key(), (key, row) -> row.refusedAgain(now));
    }

    void answered(Outcome outcome, Instant now) {
        rows.computeIfPresent(outcome.key(), (key, row) -> row.answered(now));
    }

    boolean isAnswered(Outcome outcome) {
        Row row = rows.get(outcome.key());
        return row != null && row.answered;
    }

    void done(Outcome outcome) {
        rows.remove(outcome.key());
    }

    boolean isOver(Outcome outcome, Duration patience, Instant now) {
        Row row = rows.get(outcome.key());
        return row != null && !row.since.plus(patience).isAfter(now);
    }

    /** The rows to try now, in key order. */
    List<Outcome> due(Instant now) {
        return rows.values().stream()
                .filter(row -> row.isDue(now))
                .map(Row::outcome)
                .sorted((one, other) -> one.key().compareTo(other.key()))
                .toList();
    }

    /** Whether there are markers that no row is before any more. */
    boolean hasPassedMarkers() {
        return !markers.isEmpty() && unread.isEmpty() && rows.values().stream().allMatch(Row::answered);
    }

    Collection<Marker> takePassedMarkers() {
        if (!hasPassedMarkers()) {
            return List.of();
        }
        var passed = new ArrayList<>(markers.values());
        markers.clear();
        return passed;
    }

    SortedSet<Long> offsets() {
        var offsets = new TreeSet<>(unread);
        rows.values().forEach(row -> offsets.add(row.outcome.offset()));
        offsets.addAll(markers.keySet());
        return offsets;
    }

    /** What can be answered of what has been read up to {@code mark}: nothing a waiting row would make a lie. */
    long answerable(long mark) {
        long answerable = unread.isEmpty() ? mark : HybridTime.NONE;
        for (Row row : rows.values()) {
            if (!row.answered) {
                answerable = Math.min(answerable, row.outcome.version() - 1);
            }
        }
        return answerable;
    }
}
