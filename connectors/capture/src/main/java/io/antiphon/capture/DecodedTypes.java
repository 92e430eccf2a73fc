package io.antiphon.capture;

import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import org.postgresql.core.Oid;

/**
 * A database's types as the log's values are decoded by them: an interval is decoded as a text.
 *
 * <p>Decoding an interval reads {@code infinity} as zero, and nobody could tell it from zero later. The decoder looks up by the name of a
 * column's type how to read its values, and by its number what the column is, which stays an interval.
 */
final class DecodedTypes extends TypeRegistry {
    private final PostgresType text;

    DecodedTypes(PostgresConnection connection) {
        super(connection);
        PostgresType interval = get(Oid.INTERVAL);
        text = new PostgresType.Builder(
                        this, "text", interval.getOid(), interval.getJdbcId(), NO_TYPE_MODIFIER, interval.getTypeInfo())
                .build();
    }

    @Override
    public PostgresType get(String schema, String name) {
        PostgresType type = super.get(schema, name);
        return type.getRootType().getOid() == Oid.INTERVAL ? text : type;
    }
}
