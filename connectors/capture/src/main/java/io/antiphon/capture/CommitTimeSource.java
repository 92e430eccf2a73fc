package io.antiphon.capture;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.postgresql.PostgresSourceInfoStructMaker;
import io.debezium.connector.postgresql.SourceInfo;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** Debezium's {@code source}, which for a row of a snapshot also says when the row was committed. */
public final class CommitTimeSource extends PostgresSourceInfoStructMaker {
    /** Microseconds, 0 where the database does not know any more; null but in a snapshot. */
    static final String ROW_COMMITTED = "row_ts_us";

    private @Nullable Schema schema;

    /** Made by Debezium. */
    public CommitTimeSource() {}

    @Override
    public void init(String connector, String version, CommonConnectorConfig connectorConfig) {
        super.init(connector, version, connectorConfig);
        Schema theirs = super.schema();
        SchemaBuilder ours = SchemaBuilder.struct().name(theirs.name());
        for (Field field : theirs.fields()) {
            ours.field(field.name(), field.schema());
        }
        schema = ours.field(ROW_COMMITTED, Schema.OPTIONAL_INT64_SCHEMA).build();
    }

    @Override
    public Schema schema() {
        return schema == null ? super.schema() : schema;
    }

    @Override
    public Struct struct(SourceInfo sourceInfo) {
        return super.struct(sourceInfo).put(ROW_COMMITTED, RowCommitTime.taken());
    }
}
