package io.antiphon.topology;

import io.antiphon.api.Progress;
import io.antiphon.config.Configuration;
import io.antiphon.mesh.Topics;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.RecordContext;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TopicNameExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology of a mesh.
 *
 * <pre>
 *   captured topics of every site and table
 *        │
 *   read-captured ──▶ resolve ──▶ write-resolved ──▶ &lt;mesh&gt;.resolved.&lt;table&gt;, conflicts, dead letters
 *                     ▲ ▲ │            │
 *   read-decisions ───┘ │ (rows)       ▼
 *   read-letters ───────┘      &lt;mesh&gt;.letters: what one key of a row says to another
 *        │
 *   &lt;mesh&gt;.decisions, &lt;mesh&gt;.letters
 * </pre>
 *
 * <p>All sites' captured topics, the decisions and the letters have the same keys and partition count, so that all that is said of one row meets in one
 * task.
 */
public final class MeshTopology {
    /** The state store of every row. */
    static final String ROWS = "rows";

    private MeshTopology() {}

    /** Builds it. */
    public static Topology of(Configuration mesh, Schemas schemas, TopicEnds ends, Progress progress) {
        var topics = new Topics(mesh.mesh());
        String[] captured = mesh.tables().stream()
                .flatMap(table -> mesh.sites().stream().map(site -> topics.captured(site.id(), table.id())))
                .toArray(String[]::new);
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        "read-captured",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        captured)
                .addSource(
                        AutoOffsetReset.earliest(),
                        "read-decisions",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        topics.decisions())
                .addSource(
                        AutoOffsetReset.earliest(),
                        "read-letters",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        topics.letters())
                .addProcessor(
                        "resolve",
                        new Resolve(mesh, schemas, ends, progress),
                        "read-captured",
                        "read-decisions",
                        "read-letters")
                .addSink(
                        "write-resolved",
                        new OwnTopic(),
                        new ByteArraySerializer(),
                        (topic, outgoing) -> outgoing.value(),
                        toOwnPartition(),
                        "resolve");
    }

    private static StreamPartitioner<byte[], Outgoing> toOwnPartition() {
        return (topic, key, outgoing, count) ->
                outgoing.partition() < 0 ? Optional.empty() : Optional.of(Set.of(outgoing.partition()));
    }

    private record OwnTopic() implements TopicNameExtractor<byte[], Outgoing> {
        @Override
        public String extract(byte[] key, Outgoing outgoing, RecordContext context) {
            return outgoing.topic();
        }
    }

    private record Resolve(Configuration mesh, Schemas schemas, TopicEnds ends, Progress progress)
            implements ProcessorSupplier<byte[], byte[], byte[], Outgoing> {
        @Override
        public Processor<byte[], byte[], byte[], Outgoing> get() {
            return new ResolveProcessor(mesh, schemas, ends, progress);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(new TaskStore.Builder(Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(ROWS), Serdes.Bytes(), Serdes.ByteArray())));
        }
    }
}
