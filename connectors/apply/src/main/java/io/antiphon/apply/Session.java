package io.antiphon.apply;

import org.apache.kafka.common.TopicPartition;

/** One sink task's connection to a store; not safe for use by several threads. Everything throws {@link TroubleException}. */
public interface Session extends AutoCloseable {
    /**
     * Makes this task the owner of a resolved topic-partition: raises its epoch, so that an earlier owner can no longer advance it.
     *
     * @throws org.apache.kafka.connect.errors.ConnectException if the position kept there speaks of another cluster or topic
     */
    Position claim(TopicPartition partition);

    /** The position as it stands, without claiming it. */
    Position position(TopicPartition partition);

    /**
     * Begins a transaction that carries a mark.
     *
     * @param mark version the database's own log is to carry
     * @param isolating whether a refused {@link Transaction#write} leaves the transaction as it was; costs a round trip a write
     */
    Transaction begin(long mark, boolean isolating);

    @Override
    void close();
}
