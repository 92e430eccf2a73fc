package io.antiphon.apply.postgresql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.apply.Marker;
import io.antiphon.apply.Position;
import io.antiphon.apply.Target;
import io.antiphon.apply.Unwritten;
import io.antiphon.time.HybridTime;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;

/** The table {@code antiphon.position} as one sink task uses it. */
final class Positions {
    private static final String CLAIM = """
            INSERT INTO antiphon.position AS p (mesh, resolved_topic, resolved_partition, cluster_id, topic_id,
                   epoch, next_offset, version, applied, outcomes, waiting)
            VALUES (?, ?, ?, ?, ?, 1, 0, 0, 0, '[]', '[]')
            ON CONFLICT (mesh, resolved_topic, resolved_partition)
            DO UPDATE SET epoch = p.epoch + 1, applied = 0, outcomes = '[]'
            WHERE p.cluster_id = EXCLUDED.cluster_id AND p.topic_id = EXCLUDED.topic_id
            RETURNING p.epoch, p.next_offset, p.version, p.waiting
            """;

    private static final String READ = """
            SELECT p.epoch, p.next_offset, p.version, p.waiting, p.cluster_id, p.topic_id
            FROM antiphon.position p WHERE p.mesh = ? AND p.resolved_topic = ? AND p.resolved_partition = ?
            """;

    private static final String MARK = "SELECT pg_catalog.pg_replication_origin_xact_setup(?::pg_lsn, now())";

    // the mark is set by the statement that ends the transaction: one round trip less. Its time becomes the rows'
    // commit time, so it is
    // the time of that statement, not of the transaction's beginning
    private static final String ADVANCE = """
            UPDATE antiphon.position AS p
            SET next_offset = ?, version = ?, applied = ?, outcomes = ?, waiting = ?
            WHERE p.mesh = ? AND p.resolved_topic = ? AND p.resolved_partition = ? AND p.epoch = ? AND p.next_offset = ?
            RETURNING pg_catalog.pg_replication_origin_xact_setup(?::pg_lsn, clock_timestamp())
            """;

    private static final String ARRIVE = """
            INSERT INTO antiphon.arrival AS before (mesh, resolved_topic, resolved_partition, site, number)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (mesh, resolved_topic, resolved_partition, site)
            DO UPDATE SET number = excluded.number WHERE before.number < excluded.number
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PostgresSession session;
    private final Target target;
    private final String mesh;

    Positions(PostgresSession session, Target target) {
        this.session = session;
        this.target = target;
        this.mesh = target.names().mesh().text();
    }

    Position claim(TopicPartition partition) throws SQLException {
        PreparedStatement claim = session.statement(CLAIM);
        name(claim, 1, partition);
        claim.setString(4, target.clusterId());
        claim.setString(5, target.topicId(partition.topic()));
        Position claimed;
        try (ResultSet found = claim.executeQuery()) {
            if (!found.next()) {
                throw anothers(partition);
            }
            claimed = position(partition, found);
        }
        mark(claimed.version());
        session.connection().commit();
        return claimed;
    }

    Position read(TopicPartition partition) throws SQLException {
        PreparedStatement read = session.statement(READ);
        name(read, 1, partition);
        Position position;
        try (ResultSet found = read.executeQuery()) {
            if (!found.next()) {
                throw new ConnectException(
                        "the position of " + partition + " at site "
                                + target.names().site()
                                + " is gone: restart the connector to begin anew, or stop it if the mesh was removed on purpose");
            }
            position = position(partition, found);
        }
        session.rollback();
        return position;
    }

    /** Advances and marks, as the last statement; false if the position is not {@code from} any more. */
    boolean advance(Position from, Position to, long mark, long applied, List<Unwritten> unwritten)
            throws SQLException {
        PreparedStatement advance = session.statement(ADVANCE);
        advance.setLong(1, to.nextOffset());
        advance.setLong(2, to.version());
        advance.setLong(3, applied);
        advance.setString(4, Unwritten.toJson(unwritten));
        advance.setString(5, to.waiting().toString());
        name(advance, 6, from.partition());
        advance.setLong(9, from.epoch());
        advance.setLong(10, from.nextOffset());
        advance.setString(11, HybridTime.asLogPosition(mark));
        try (ResultSet advanced = advance.executeQuery()) {
            return advanced.next();
        }
    }

    /** Commits rows that were taken away, unless another task has moved the position; false then. */
    boolean commitWithdrawal(Position at) throws SQLException {
        PreparedStatement read = session.statement(READ + " AND p.epoch = ? AND p.next_offset = ? FOR SHARE");
        name(read, 1, at.partition());
        read.setLong(4, at.epoch());
        read.setLong(5, at.nextOffset());
        try (ResultSet found = read.executeQuery()) {
            if (!found.next()) {
                return false;
            }
        }
        mark(HybridTime.WITHDRAWN);
        session.connection().commit();
        return true;
    }

    private void mark(long version) throws SQLException {
        PreparedStatement mark = session.statement(MARK);
        mark.setString(1, HybridTime.asLogPosition(version));
        mark.execute();
    }

    void arrive(TopicPartition partition, Marker marker) throws SQLException {
        PreparedStatement arrive = session.statement(ARRIVE);
        name(arrive, 1, partition);
        arrive.setString(4, marker.site());
        arrive.setLong(5, marker.number());
        arrive.executeUpdate();
    }

    private ConnectException anothers(TopicPartition partition) throws SQLException {
        PreparedStatement read = session.statement(READ);
        name(read, 1, partition);
        try (ResultSet found = read.executeQuery()) {
            String kept = found.next()
                    ? "topic " + found.getString(6) + " in Kafka cluster " + found.getString(5)
                    : "another topic";
            return new ConnectException("the position of " + partition + " at site "
                    + target.names().site() + " was kept for " + kept + ", but the connector reads topic "
                    + target.topicId(partition.topic()) + " in Kafka cluster " + target.clusterId()
                    + ": point it at the former one, or run `antiphon remove` to begin anew");
        }
    }

    private void name(PreparedStatement statement, int first, TopicPartition partition) throws SQLException {
        statement.setString(first, mesh);
        statement.setString(first + 1, partition.topic());
        statement.setInt(first + 2, partition.partition());
    }

    private static Position position(TopicPartition partition, ResultSet found) throws SQLException {
        return new Position(
                partition, found.getLong(1), found.getLong(2), found.getLong(3), offsets(found.getString(4)));
    }

    private static SortedSet<Long> offsets(String json) {
        var offsets = new TreeSet<Long>();
        try {
            JSON.readTree(json).forEach(offset -> offsets.add(offset.asLong()));
        } catch (JsonProcessingException e) {
            throw new ConnectException("antiphon.position.waiting is not a JSON array of offsets", e);
        }
        return offsets;
    }
}
