package io.antiphon.config;

import org.jspecify.annotations.Nullable;

/** Where the topics are. */
public sealed interface Kafka {
    /** A broker, a registry and a Connect worker of the one-machine stack's own. */
    record Embedded() implements Kafka {}

    /**
     * A cluster that is there already.
     *
     * @param bootstrapServers as Kafka's clients take them: {@code host:port,…}
     * @param registry address of the schema registry's Confluent-compatible interface
     * @param connect address of Kafka Connect's REST interface; null where nothing needs it, as in the resolver
     */
    record Cluster(
            String bootstrapServers,
            String registry,
            @Nullable String connect) implements Kafka {}
}
