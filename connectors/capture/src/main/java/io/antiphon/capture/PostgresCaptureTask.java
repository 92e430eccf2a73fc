package io.antiphon.capture;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Debezium's task for PostgreSQL, with {@link WholeTables} between it and Kafka. */
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
}
