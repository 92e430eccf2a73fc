package io.antiphon.topology;

import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.WrappedStateStore;

/**
 * The state store of a task. It says when the task is about to commit, so that what changes with every record is written once a transaction.
 *
 * <p>Kafka Streams has no such hook for processors. It asks stores that cache to flush before each commit, in the transaction that is
 * committed; being taken for one of those takes a class of Kafka Streams' own. Other threads may look into what it wraps: they find what has
 * been written.
 */
final class TaskStore extends WrappedStateStore<KeyValueStore<Bytes, byte[]>, Bytes, byte[]> {
    private static final Runnable NOTHING = () -> {};

    private Runnable beforeCommit = NOTHING;

    TaskStore(KeyValueStore<Bytes, byte[]> store) {
        super(store);
    }

    /** Has this run before each commit from now on, in place of what ran before. */
    void beforeCommit(Runnable write) {
        beforeCommit = write;
    }

    @Override
    public void flushCache() {
        beforeCommit.run();
        super.flushCache();
    }

    /** What has not been written by now belongs to a transaction that is given up. */
    @Override
    public void close() {
        beforeCommit = NOTHING;
        super.close();
    }

    /** Builds it over a store of Kafka Streams. */
    record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> store) implements StoreBuilder<TaskStore> {
        @Override
        public TaskStore build() {
            return new TaskStore(store.build());
        }

        @Override
        public StoreBuilder<TaskStore> withCachingEnabled() {
            return new Builder(store.withCachingEnabled());
        }

        @Override
        public StoreBuilder<TaskStore> withCachingDisabled() {
            return new Builder(store.withCachingDisabled());
        }

        @Override
        public StoreBuilder<TaskStore> withLoggingEnabled(Map<String, String> config) {
            return new Builder(store.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<TaskStore> withLoggingDisabled() {
            return new Builder(store.withLoggingDisabled());
        }

        @Override
        public Map<String, String> logConfig() {
            return store.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return store.loggingEnabled();
        }

        @Override
        public String name() {
            return store.name();
        }
    }
}
