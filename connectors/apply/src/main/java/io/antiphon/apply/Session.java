package io.antiphon.apply;

import io.antiphon.mesh.TableId;
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

    /**
     * Takes away, in a transaction of its own, the rows that hold unique values this outcome needs, if the keys of all of them come after its
     * own. They are not deleted: the mark says that the site is to get them back.
     *
     * @param at where the outcome's partition stands; nothing happens once another task has moved it
     * @return whether any was taken away
     */
    boolean withdraw(Position at, TableId table, Outcome outcome);

    @Override
    void close();
}
