package io.antiphon.topology;

import io.antiphon.api.Progress;
import io.antiphon.config.Configuration;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.DeadLetter;
import io.antiphon.contract.Decision;
import io.antiphon.contract.MoveLetter;
import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns captured records into resolved ones: reads the state, asks the resolver, writes the state, forwards. */
final class ResolveProcessor implements Processor<byte[], byte[], byte[], Outgoing> {
    private static final Logger LOG = LoggerFactory.getLogger(ResolveProcessor.class);

    /** A larger value is left where the dead letter says it is: the letter must fit its topic. */
    private static final int LARGEST_KEPT = 8 << 20;

    private static final TableId NO_TABLE = new TableId("-", "-");
    /** What is too much for one record is done in pieces, so often. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Configuration mesh;
    private final Schemas schemas;
    private final TopicEnds ends;
    private final Progress progress;
    private final Topics topics;
    private final Map<String, CapturedTable> captured = new HashMap<>();
    private final Map<TableId, Table> policies = new HashMap<>();
    private final Map<TableId, TableTask> tasks = new HashMap<>();
    private final Set<String> withMarkers = new HashSet<>();
    private final ContractWriter contracts;
    private final DecisionReader decisions;
    private @Nullable ProcessorContext<byte[], Outgoing> context;
    private @Nullable RowStore store;
    private long time;
    private long offset;

    ResolveProcessor(Configuration mesh, Schemas schemas, TopicEnds ends, Progress progress) {
        this.mesh = mesh;
        this.schemas = schemas;
        this.ends = ends;
        this.progress = progress;
        this.topics = new Topics(mesh.mesh());
        this.contracts = new ContractWriter(schemas);
        this.decisions = new DecisionReader(schemas);
        for (Table table : mesh.tables()) {
            policies.put(table.id(), table);
            for (Site site : mesh.sites()) {
                captured.put(topics.captured(site.id(), table.id()), new CapturedTable(site.id(), table.id()));
            }
        }
    }

    /** Called again where Kafka Streams revives a task: what was not committed is forgotten, as in the store. */
    @Override
    public void init(ProcessorContext<byte[], Outgoing> context) {
        this.context = context;
        tasks.clear();
        withMarkers.clear();
        List<SiteId> sites = Stream.concat(mesh.sites().stream().map(Site::id), Stream.of(SiteId.PEOPLE))
                .toList();
        List<TableId> tables = mesh.tables().stream().map(Table::id).toList();
        this.store = new RowStore(context.getStateStore(MeshTopology.ROWS), sites, tables);
        int partition = context.taskId().partition();
        for (TableId table : tables) {
            if (store.anyPause(table, sites)) {
                tasks.put(table, task(table, partition));
            }
        }
        context.schedule(PAUSE, PunctuationType.WALL_CLOCK_TIME, this::goesOn);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context().recordMetadata().orElseThrow();
        time = record.timestamp();
        offset = from.offset();
        if (from.topic().equals(topics.decisions())) {
            decide(record, from);
            return;
        }
        if (from.topic().equals(topics.letters())) {
            read(record, from);
            return;
        }
        CapturedTable about = Objects.requireNonNull(captured.get(from.topic()), from.topic());
        TableTask task = tasks.computeIfAbsent(about.table(), table -> task(table, from.partition()));
        refuseGap(from, task.nextOffset(about.site()));
        if (record.value() == null) {
            task.passed(about.site(), LogPosition.START, from.offset());
            return;
        }
        task.take(
                about.site(),
                record.key(),
                record.value(),
                KeyChange.of(record.headers()),
                record.timestamp() * 1000,
                from.offset());
    }

    /** Goes on with what was too much for one record. */
    private void goesOn(long now) {
        time = now;
        offset = -1;
        for (TableTask task : tasks.values()) {
            if (task.isBusy()) {
                task.goesOn();
            }
        }
    }

    private void decide(Record<byte[], byte[]> record, RecordMetadata from) {
        try {
            Decision decision = decisions.read(record.key(), record.value());
            var table = new TableId(decision.getSchemaName(), decision.getTableName());
            if (!policies.containsKey(table)) {
                throw new UnreadableException("a decision about table " + table + ", which is not in the mesh");
            }
            tasks.computeIfAbsent(table, any -> task(any, from.partition()))
                    .decide(decision, record.timestamp() * 1000);
        } catch (UnreadableException e) {
            LOG.warn(
                    "decision.unreadable topic={} partition={} offset={} cause=\"{}\"",
                    from.topic(),
                    from.partition(),
                    from.offset(),
                    e.getMessage());
            deadLetter(
                    record,
                    letter(SiteId.PEOPLE, NO_TABLE, "RESOLVE", e.getMessage(), from.offset())
                            .setTopic(from.topic())
                            .setPartition(from.partition()));
        }
    }

    /** Nobody but this program writes letters: one that cannot be read is not skipped, because a row would be lost with it. */
    private void read(Record<byte[], byte[]> record, RecordMetadata from) {
        MoveLetter letter = contracts.read(record.value(), MoveLetter.class);
        var table = new TableId(letter.getSchemaName(), letter.getTableName());
        if (policies.containsKey(table)) {
            tasks.computeIfAbsent(table, any -> task(table, from.partition())).take(letter);
        }
    }

    /**
     * What was captured and has expired before it was read is lost: that is said, not skipped. Records follow each other without a gap, but
     * for the markers of a producer's transactions.
     */
    private void refuseGap(RecordMetadata from, long expected) {
        long missing = from.offset() - expected;
        if (expected < 0 || missing <= (withMarkers.contains(from.topic()) ? 1 : 0)) {
            return;
        }
        long oldest = ends.oldest(from.topic(), from.partition());
        if (oldest > expected) {
            throw new CapturedGapException(from.topic(), from.partition(), expected, oldest);
        }
        withMarkers.add(from.topic());
    }

    private TableTask task(TableId table, int partition) {
        return new TableTask(
                Objects.requireNonNull(policies.get(table)),
                mesh,
                partition,
                Objects.requireNonNull(store),
                schemas,
                ends,
                progress,
                new Forwarding());
    }

    private void deadLetter(Record<byte[], byte[]> record, DeadLetter.Builder letter) {
        byte[] key = record.key();
        byte[] value = record.value();
        letter.setKey(key == null ? null : RowKey.fromBytes(key).text())
                .setValue(value == null || value.length > LARGEST_KEPT ? null : ByteBuffer.wrap(value));
        forward(key, new Outgoing(topics.deadLetters(), -1, contracts.write(topics.deadLetters(), letter.build())));
    }

    private DeadLetter.Builder letter(SiteId site, TableId table, String stage, @Nullable String cause, long at) {
        return DeadLetter.newBuilder()
                .setStage(stage)
                .setSite(site.text())
                .setSchemaName(table.schema())
                .setTableName(table.name())
                .setVersion(0)
                .setCause(String.valueOf(cause))
                .setTopic(topics.captured(site, table))
                .setPartition(context().taskId().partition())
                .setOffset(at);
    }

    private void forward(byte @Nullable [] key, Outgoing outgoing) {
        context().forward(new Record<>(key, outgoing, time));
    }

    private ProcessorContext<byte[], Outgoing> context() {
        return Objects.requireNonNull(context, "process before init");
    }

    @Override
    public void close() {
        tasks.forEach((table, task) -> progress.left(table, task.partition()));
    }

    private final class Forwarding implements TableTask.Out {
        @Override
        public void resolved(byte[] key, Outgoing record) {
            forward(key, record);
        }

        @Override
        public void conflict(byte[] key, Conflict conflict) {
            forward(key, new Outgoing(topics.conflicts(), -1, contracts.write(topics.conflicts(), conflict)));
        }

        @Override
        public void says(RowKey to, MoveLetter letter) {
            forward(to.toBytes(), new Outgoing(topics.letters(), -1, contracts.write(topics.letters(), letter)));
        }

        @Override
        public void deadLetter(
                SiteId site, TableId table, String stage, @Nullable String key, long version, String cause) {
            LOG.warn("outcome.parked stage={} site={} table={} key={} cause=\"{}\"", stage, site, table, key, cause);
            progress.deadLetters(site, 1);
            DeadLetter letter = letter(site, table, stage, cause, offset)
                    .setKey(key)
                    .setVersion(version)
                    .build();
            forward(
                    key == null ? null : new RowKey(key).toBytes(),
                    new Outgoing(topics.deadLetters(), -1, contracts.write(topics.deadLetters(), letter)));
        }

        @Override
        public void unreadable(SiteId site, TableId table, byte @Nullable [] key, byte[] value, long at, String cause) {
            LOG.warn("record.unreadable site={} table={} offset={} cause=\"{}\"", site, table, at, cause);
            progress.deadLetters(site, 1);
            DeadLetter letter = letter(site, table, "RESOLVE", cause, at)
                    .setKey(key == null ? null : RowKey.fromBytes(key).text())
                    .setValue(value.length > LARGEST_KEPT ? null : ByteBuffer.wrap(value))
                    .build();
            forward(key, new Outgoing(topics.deadLetters(), -1, contracts.write(topics.deadLetters(), letter)));
        }
    }
}
