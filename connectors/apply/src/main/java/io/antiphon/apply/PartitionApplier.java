package io.antiphon.apply;

import io.antiphon.mesh.TableId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies one resolved topic-partition: each batch of its records is one transaction of rows, mark and position.
 *
 * <p>What is known here changes only when a transaction has been committed, so that after trouble the same records can simply come again.
 */
final class PartitionApplier {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionApplier.class);

    private final TopicPartition partition;
    private final TableId table;
    private final ResolvedReader reader;
    private final Duration patience;
    private final InstantSource clock;
    private @Nullable Position position;
    private Waiting waiting;
    private long mark;

    PartitionApplier(
            TopicPartition partition, TableId table, ResolvedReader reader, Duration patience, InstantSource clock) {
        this.partition = partition;
        this.table = table;
        this.reader = reader;
        this.patience = patience;
        this.clock = clock;
        this.waiting = Waiting.of(new Position(partition, 0, 0, 0, new TreeSet<>()));
    }

    boolean isClaimed() {
        return position != null;
    }

    /** Becomes the owner; returns where reading starts. */
    long claim(Session session) {
        return follow(session.claim(partition));
    }

    /** Where reading goes on; nothing before the first claim. */
    OptionalLong resumesAt() {
        Position known = position;
        if (known == null) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                waiting.unread().isEmpty()
                        ? known.nextOffset()
                        : waiting.unread().first());
    }

    /** The first offset that has not been applied; nothing before the first claim. */
    OptionalLong nextOffset() {
        Position known = position;
        return known == null ? OptionalLong.empty() : OptionalLong.of(known.nextOffset());
    }

    /** Whether it wants to be called soon again without new records. */
    boolean isWaiting() {
        return waiting.hasRows();
    }

    /**
     * Applies records that follow each other.
     *
     * @return where reading must go on instead, if not after them
     */
    OptionalLong apply(Session session, List<SinkRecord> records) {
        Position known = position;
        if (known == null) {
            return OptionalLong.of(claim(session));
        }
        Batch batch = Batch.read(records, reader, known.nextOffset(), waiting.unread());
        Waiting then = waiting.copy();
        then.follow(batch, known.nextOffset(), clock.instant());
        boolean applied = true;
        if (batch.nextOffset() > known.nextOffset()) {
            applied = write(session, known, batch.toWrite(), then, Math.max(mark, batch.mark()), batch.nextOffset());
        } else {
            waiting = then;
            mark = Math.max(mark, batch.mark());
        }
        if (applied && retryWaiting(session)) {
            return OptionalLong.empty();
        }
        LOG.info("position_moved partition={} site_position_was={} reading it again", partition, known.nextOffset());
        return OptionalLong.of(follow(session.position(partition)));
    }

    private long follow(Position found) {
        position = found;
        waiting = Waiting.of(found);
        mark = found.version();
        return found.readFrom();
    }

    private boolean write(
            Session session, Position from, List<Outcome> outcomes, Waiting then, long newMark, long nextOffset) {
        try (Transaction transaction = session.begin(newMark, false)) {
            List<Unwritten> unwritten = transaction.write(table, outcomes);
            return commit(
                    transaction, from, outcomes.size() - unwritten.size(), unwritten, then.copy(), newMark, nextOffset);
        } catch (PoisonException e) {
            return writeIsolating(session, from, outcomes, then, newMark, nextOffset);
        }
    }

    private boolean writeIsolating(
            Session session, Position from, List<Outcome> outcomes, Waiting then, long newMark, long nextOffset) {
        try (Transaction transaction = session.begin(newMark, true)) {
            var isolation = new Isolation(transaction, table);
            isolation.write(outcomes);
            List<Unwritten> unwritten = settle(isolation, then);
            long applied = outcomes.size()
                    - isolation.unwritten().size()
                    - isolation.refused().size();
            return commit(transaction, from, applied, unwritten, then, newMark, nextOffset);
        } catch (PoisonException e) {
            throw new TroubleException(
                    "the transaction for " + partition + " is refused as a whole: " + e.getMessage(), false, e);
        }
    }

    private boolean retryWaiting(Session session) {
        Position from = position;
        Instant now = clock.instant();
        List<Outcome> due = waiting.due(now);
        if (from == null || (due.isEmpty() && !waiting.hasPassedMarkers())) {
            return true;
        }
        Waiting then = waiting.copy();
        for (Outcome outcome : due) {
            if (waiting.isOver(outcome, grace(), now) && session.withdraw(from, table, outcome)) {
                LOG.info(
                        "withdrew partition={} for offset={} version={}",
                        partition,
                        outcome.offset(),
                        outcome.version());
            }
        }
        try (Transaction transaction = session.begin(mark, true)) {
            var isolation = new Isolation(transaction, table);
            isolation.write(due);
            due.stream()
                    .filter(outcome -> !isolation.refused().containsKey(outcome))
                    .forEach(then::done);
            List<Unwritten> unwritten = settle(isolation, then);
            if (unwritten.isEmpty() && then.offsets().equals(waiting.offsets()) && !then.hasPassedMarkers()) {
                waiting = then;
                return true;
            }
            long applied = due.size()
                    - isolation.unwritten().size()
                    - isolation.refused().size();
            return commit(transaction, from, applied, unwritten, then, mark, from.nextOffset());
        } catch (PoisonException e) {
            throw new TroubleException(
                    "the transaction for " + partition + " is refused as a whole: " + e.getMessage(), false, e);
        }
    }

    /** Decides of each refused row whether it waits or is parked. */
    private List<Unwritten> settle(Isolation isolation, Waiting then) {
        Instant now = clock.instant();
        var unwritten = new ArrayList<>(isolation.unwritten());
        for (Map.Entry<Outcome, PoisonException> refused : isolation.refused().entrySet()) {
            Outcome outcome = refused.getKey();
            PoisonException poison = refused.getValue();
            if (poison.valueTaken() && !then.has(outcome)) {
                then.add(outcome, now);
            } else if (poison.valueTaken() && (then.isAnswered(outcome) || !then.isOver(outcome, patience, now))) {
                then.refusedAgain(outcome, now);
            } else {
                unwritten.add(parked(outcome, poison, isolation));
                if (poison.valueTaken()) {
                    then.answered(outcome, now);
                } else {
                    then.done(outcome);
                }
            }
        }
        return unwritten;
    }

    private Unwritten parked(Outcome outcome, PoisonException poison, Isolation isolation) {
        LOG.warn("parked partition={} offset={} version={}", partition, outcome.offset(), outcome.version());
        String cause = String.valueOf(poison.getMessage());
        List<Holder> holders = poison.valueTaken() ? isolation.holders(outcome) : List.of();
        return holders.isEmpty() ? Unwritten.parked(outcome, cause) : Unwritten.claimed(outcome, cause, holders.get(0));
    }

    /** How long a row that comes first waits for a value it is perhaps about to get, before it takes the holder's place. */
    private Duration grace() {
        return patience.dividedBy(10);
    }

    private boolean commit(
            Transaction transaction,
            Position from,
            long applied,
            List<Unwritten> unwritten,
            Waiting then,
            long newMark,
            long nextOffset)
            throws PoisonException {
        for (Marker marker : then.takePassedMarkers()) {
            transaction.arrive(from, marker);
        }
        long version = Math.max(from.version(), then.answerable(newMark));
        var to = new Position(partition, from.epoch(), nextOffset, version, then.offsets());
        if (!transaction.commit(from, to, applied, unwritten)) {
            return false;
        }
        position = to;
        waiting = then;
        mark = newMark;
        return true;
    }
}
