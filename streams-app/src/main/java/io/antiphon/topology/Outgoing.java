package io.antiphon.topology;

/**
 * A record on its way into a topic that `resolve` writes.
 *
 * @param topic the topic
 * @param partition the task's own, or -1 where the key decides
 * @param value the bytes, null to let Kafka forget the key
 */
record Outgoing(String topic, int partition, byte @org.jspecify.annotations.Nullable [] value) {}
