package io.antiphon.api;

import org.apache.kafka.streams.KafkaStreams;

/** What a resolver is doing, as its status says it. */
enum Running {
    STARTING,
    REBALANCING,
    RUNNING,
    STOPPING,
    ERROR;

    static Running of(KafkaStreams.State state) {
        return switch (state) {
            case CREATED -> STARTING;
            case REBALANCING -> REBALANCING;
            case RUNNING -> RUNNING;
            case PENDING_SHUTDOWN, NOT_RUNNING -> STOPPING;
            case PENDING_ERROR, ERROR -> ERROR;
        };
    }

    /** Whether it goes on by itself. */
    boolean live() {
        return this != ERROR;
    }

    /** Whether it decides now. */
    boolean ready() {
        return this == RUNNING;
    }

    String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
