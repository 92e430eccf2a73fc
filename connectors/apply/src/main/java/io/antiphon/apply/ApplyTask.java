package io.antiphon.apply;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink task: applies the resolved topic-partitions it owns over one session of the store.
 *
 * <p>The store's positions win over Kafka's: reading starts where they say, and Kafka's are only told.
 */
public final class ApplyTask extends SinkTask {
    private static final Logger LOG = LoggerFactory.getLogger(ApplyTask.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_RETRIES_OF_WAITING_ROWS = Duration.ofMillis(100);

    private final Map<TopicPartition, PartitionApplier> appliers = new LinkedHashMap<>();
    private final InstantSource clock;
    private @Nullable ApplySettings settings;
    private @Nullable ResolvedSchemas schemas;
    private @Nullable Session session;
    private Duration pause = FIRST_PAUSE;

    /** For Connect. */
    public ApplyTask() {
        this(InstantSource.system());
    }

    ApplyTask(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void start(Map<String, String> properties) {
        settings = ApplySettings.of(properties);
        schemas = new ResolvedSchemas(settings.registry());
    }

    @Override
    public void open(Collection<TopicPartition> partitions) {
        ApplySettings known = settings();
        var reader = new ResolvedReader(known.target().names().site(), schemas());
        for (TopicPartition partition : partitions) {
            appliers.put(
                    partition,
                    new PartitionApplier(partition, known.tableOf(partition.topic()), reader, known.patience(), clock));
        }
        try {
            for (TopicPartition partition : partitions) {
                context.offset(partition, applierOf(partition).claim(session()));
            }
        } catch (TroubleException e) {
            // claimed with the first records instead
            endAfter(e);
            LOG.warn("waiting site={} cause={}", known.target().names().site(), e.getMessage());
        }
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        Map<TopicPartition, List<SinkRecord>> runs = byPartition(records);
        var seeks = new HashMap<TopicPartition, Long>();
        TroubleException trouble = null;
        for (Map.Entry<TopicPartition, PartitionApplier> owned : appliers.entrySet()) {
            TopicPartition partition = owned.getKey();
            try {
                owned.getValue()
                        .apply(session(), runs.getOrDefault(partition, List.of()))
                        .ifPresent(offset -> seeks.put(partition, offset));
            } catch (TroubleException e) {
                trouble = e;
                if (e.sessionLost()) {
                    endAfter(e);
                    break;
                }
            }
        }
        if (trouble != null) {
            waitAfter(trouble, runs, seeks);
        } else {
            pause = FIRST_PAUSE;
            if (appliers.values().stream().anyMatch(PartitionApplier::isWaiting)) {
                context.timeout(BETWEEN_RETRIES_OF_WAITING_ROWS.toMillis());
            }
        }
        context.offset(seeks);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> delivered) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        appliers.forEach((partition, applier) ->
                applier.nextOffset().ifPresent(next -> offsets.put(partition, new OffsetAndMetadata(next))));
        return offsets;
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        partitions.forEach(appliers::remove);
    }

    @Override
    public void stop() {
        appliers.clear();
        endSession();
        if (schemas != null) {
            schemas.close();
        }
    }

    @Override
    public String version() {
        return Version.TEXT;
    }

    /** Has Connect deliver the same records again after a pause. */
    private void waitAfter(
            TroubleException trouble, Map<TopicPartition, List<SinkRecord>> runs, Map<TopicPartition, Long> seeks) {
        LOG.warn(
                "waiting site={} pause_ms={} cause={}",
                settings().target().names().site(),
                pause.toMillis(),
                trouble.getMessage());
        if (seeks.isEmpty()) {
            context.timeout(pause.toMillis());
            pause = pause.compareTo(LONGEST_PAUSE.dividedBy(2)) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            throw new RetriableException(trouble.getMessage(), trouble);
        }
        // the records in hand do not follow what is sought, so they must not come again: every partition is read from
        // where it stands
        runs.forEach((partition, run) -> seeks.computeIfAbsent(
                partition,
                missing -> applierOf(partition).resumesAt().orElse(run.get(0).originalKafkaOffset())));
    }

    private static Map<TopicPartition, List<SinkRecord>> byPartition(Collection<SinkRecord> records) {
        var runs = new HashMap<TopicPartition, List<SinkRecord>>();
        String topic = "";
        int number = -1;
        List<SinkRecord> run = List.of();
        for (SinkRecord sinkRecord : records) {
            if (sinkRecord.originalKafkaPartition() != number
                    || !sinkRecord.originalTopic().equals(topic)) {
                topic = sinkRecord.originalTopic();
                number = sinkRecord.originalKafkaPartition();
                run = runs.computeIfAbsent(new TopicPartition(topic, number), first -> new ArrayList<>());
            }
            run.add(sinkRecord);
        }
        return runs;
    }

    private PartitionApplier applierOf(TopicPartition partition) {
        PartitionApplier applier = appliers.get(partition);
        if (applier == null) {
            throw new IllegalStateException(partition + " is not open");
        }
        return applier;
    }

    private Session session() {
        Session open = session;
        if (open == null) {
            open = settings().store().connect(settings().target());
            session = open;
        }
        return open;
    }

    private ApplySettings settings() {
        ApplySettings known = settings;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    private ResolvedSchemas schemas() {
        ResolvedSchemas known = schemas;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    private void endAfter(TroubleException trouble) {
        if (trouble.sessionLost()) {
            endSession();
        }
    }

    private void endSession() {
        Session open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }
}
