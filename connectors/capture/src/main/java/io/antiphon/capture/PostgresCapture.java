package io.antiphon.capture;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/** Debezium's connector for PostgreSQL, whose task says in every partition what is about a whole table. */
public final class PostgresCapture extends PostgresConnector {
    /** Made by Kafka Connect. */
    public PostgresCapture() {}

    @Override
    public Class<? extends Task> taskClass() {
        return PostgresCaptureTask.class;
    }
}
