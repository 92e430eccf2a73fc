package io.antiphon.capture;

import io.antiphon.key.RowKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import org.jspecify.annotations.Nullable;

/**
 * Writes record keys as the bytes of {@link RowKey}: the same row gives the same bytes at every site and from every database vendor.
 *
 * <p>Takes the text {@link CaptureTransform} has made, which knows the column types of the whole row, or a key struct as Debezium gives
 * it; in the latter a decimal that travels as a string cannot be told from text, unless its schema says so. A missing key stays missing.
 */
public final class RowKeyConverter implements Converter {
    /** The schema of a key that is in canonical form already. */
    static final Schema ROW_KEY =
            SchemaBuilder.string().name("io.antiphon.key.RowKey").build();

    private static final int SCHEMAS_KEPT = 1_000;

    private final Map<Schema, KeyForm> forms = new ConcurrentHashMap<>();
    private volatile @Nullable Last last;

    /** Made by Kafka Connect. */
    public RowKeyConverter() {}

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        // A record key has one form only.
    }

    @Override
    @SuppressWarnings("NullAway") // Connect's API has no annotations: a null key is allowed and stays null
    public byte @Nullable [] fromConnectData(String topic, @Nullable Schema schema, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof Struct key) {
            return new RowKey(form(key.schema()).text(key)).toBytes();
        }
        if (schema != null && ROW_KEY.name().equals(schema.name()) && value instanceof String text) {
            return new RowKey(text).toBytes();
        }
        if (schema == null) {
            throw new DataException("a record of topic " + topic + " has a key without a schema ("
                    + value.getClass().getName() + "); row keys are made of Debezium's key structs");
        }
        return RowKey.of(List.of(KeyColumn.of("key", schema, null).canonical(value)))
                .toBytes();
    }

    @Override
    @SuppressWarnings("NullAway") // Connect's API has no annotations: a null key is allowed and stays null
    public SchemaAndValue toConnectData(String topic, byte @Nullable [] value) {
        return value == null
                ? SchemaAndValue.NULL
                : new SchemaAndValue(ROW_KEY, RowKey.fromBytes(value).text());
    }

    private KeyForm form(Schema schema) {
        Last recent = last;
        if (recent != null && recent.schema == schema) {
            return recent.form;
        }
        if (forms.size() >= SCHEMAS_KEPT) {
            forms.clear();
        }
        KeyForm form = forms.computeIfAbsent(schema, key -> KeyForm.of(key, null));
        last = new Last(schema, form);
        return form;
    }

    private record Last(Schema schema, KeyForm form) {}
}
