package io.antiphon.capture;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Debezium's task for PostgreSQL, with {@link DecodedTypes} between it and the log, and {@link WholeTables} between it and Kafka. */
public final class PostgresCaptureTask extends PostgresConnectorTask {
    static final String PARTITIONS = "antiphon.partitions";
    static final String TOPICS = "antiphon.topics";

    private @Nullable WholeTables tables;

    /** Made by Kafka Connect. */
    public PostgresCaptureTask() {}

    @Override
    public ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(Configuration config) {
        tables = new WholeTables(
                config.getInteger(PARTITIONS),
                List.of(config.getString(TOPICS).split(",")),
                partition -> context.offsetStorageReader().offset(partition));
        return super.start(config);
    }

    @Override
    public List<SourceRecord> doPoll() throws InterruptedException {
        List<SourceRecord> records = super.doPoll();
        return tables == null || records == null ? records : tables.inEveryPartition(records);
    }

    /** The log is decoded over a connection that has the types to decode by, and is closed with what decodes. */
    @Override
    protected ReplicationConnection buildReplicationConnection(
            PostgresConnection jdbc, PostgresSchema schema, PostgresConnectorConfig config) throws SQLException {
        var decoding = new PostgresConnection(config, new DecodedTypes(jdbc), PostgresConnection.CONNECTION_GENERAL);
        try {
            return super.buildReplicationConnection(decoding, schema, config);
        } catch (SQLException | RuntimeException e) {
            decoding.close();
            throw e;
        }
    }
}
