package io.antiphon.capture;

import io.antiphon.contract.Contracts;
import io.confluent.connect.avro.AvroConverter;
import io.confluent.connect.avro.AvroData;
import io.confluent.connect.avro.AvroDataConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.Converter;
import org.jspecify.annotations.Nullable;

/**
 * Writes captured records as Confluent's Avro converter does, byte for byte, at a fraction of its cost; takes the same settings, but that
 * a null is always a null and never the column's default.
 *
 * <p>The first record of each schema in each topic goes through Confluent's converter, which registers the schema and puts its id in front;
 * those that follow are written here behind the same id. What is not known here, and whatever does not fit its schema, goes
 * through Confluent's converter too, which has the last word on it. Not for several threads.
 */
public final class CapturedConverter implements Converter {
    private static final int SCHEMAS_KEPT = 1_000;
    private static final int HEADER = 5;

    private final AvroConverter confluent = new AvroConverter();
    private final Map<Schema, Map<String, Format>> formats = new IdentityHashMap<>();
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(1_024);
    private @Nullable BinaryEncoder encoder;
    private @Nullable AvroData data;

    /**
     * How the records of one schema in one topic are written.
     *
     * @param writing null where that is not known here
     */
    private record Format(byte[] header, @Nullable AvroWriting writing) {}

    /** Made by Kafka Connect. */
    public CapturedConverter() {
        Contracts.trust();
    }

    @Override
    public ConfigDef config() {
        return confluent.config();
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        var settings = new HashMap<String, Object>(configs);
        settings.put(AvroDataConfig.IGNORE_DEFAULT_FOR_NULLABLES_CONFIG, true);
        confluent.configure(settings, isKey);
        data = new AvroData(new AvroDataConfig(settings));
    }

    @Override
    @SuppressWarnings("NullAway") // Connect's API has no annotations: a null value is allowed and stays null
    public byte @Nullable [] fromConnectData(String topic, @Nullable Schema schema, @Nullable Object value) {
        if (schema == null || value == null) {
            return confluent.fromConnectData(topic, schema, value);
        }
        Map<String, Format> ofTopics = formats.get(schema);
        Format known = ofTopics == null ? null : ofTopics.get(topic);
        if (known == null) {
            byte[] first = confluent.fromConnectData(topic, schema, value);
            remember(topic, schema, first);
            return first;
        }
        byte[] written = known.writing == null ? null : written(known.header, known.writing, value);
        return written == null ? confluent.fromConnectData(topic, schema, value) : written;
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        return confluent.toConnectData(topic, value);
    }

    private void remember(String topic, Schema schema, byte[] first) {
        // Every table rebuild makes new schema objects; the old ones are not seen again.
        if (formats.size() >= SCHEMAS_KEPT) {
            formats.clear();
        }
        AvroWriting writing =
                AvroWriting.of(schema, data().fromConnectSchema(schema)).orElse(null);
        formats.computeIfAbsent(schema, none -> new HashMap<>())
                .put(topic, new Format(Arrays.copyOf(first, HEADER), writing));
    }

    private byte @Nullable [] written(byte[] header, AvroWriting writing, Object value) {
        buffer.reset();
        buffer.writeBytes(header);
        encoder = EncoderFactory.get().binaryEncoder(buffer, encoder);
        try {
            writing.write(value, encoder);
            encoder.flush();
            return buffer.toByteArray();
        } catch (RuntimeException | IOException e) {
            // it does not fit: Confluent's converter says why
            encoder = null;
            return null;
        }
    }

    private AvroData data() {
        AvroData configured = data;
        if (configured == null) {
            throw new IllegalStateException("not configured");
        }
        return configured;
    }
}
