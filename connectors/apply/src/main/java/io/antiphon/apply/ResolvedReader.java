package io.antiphon.apply;

import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import io.antiphon.time.HybridTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads resolved records as one site sees them: Avro in Confluent's wire format, the registry asked once a schema.
 *
 * <p>What can never be read is a {@link DataException}; everything throws {@link TroubleException} while the registry does not answer.
 */
final class ResolvedReader {
    /** Confluent's wire format: a zero, the schema's id in four bytes, the Avro of the value. */
    private static final int HEADER = 5;

    private final String site;
    private final ResolvedSchemas schemas;
    private final Map<Integer, ResolvedFormat> formats = new HashMap<>();
    private @Nullable BinaryDecoder decoder;

    ResolvedReader(SiteId site, ResolvedSchemas schemas) {
        this.site = site.text();
        this.schemas = schemas;
    }

    /** What is done with a record's content. */
    interface Visitor {
        /** What the site is to have. */
        void outcome(Outcome outcome);

        /** The site has the row already. */
        void held(RowKey key, long version);

        void marker(Marker marker, long version, long offset);
    }

    /** The record's version; {@link HybridTime#NONE} if it has no value. */
    long version(SinkRecord sinkRecord) {
        byte[] value = value(sinkRecord);
        return value == null ? HybridTime.NONE : said(sinkRecord, value).version();
    }

    /** Reads a record; one without a value says nothing. */
    void read(SinkRecord sinkRecord, Visitor visitor) {
        byte[] value = value(sinkRecord);
        if (value == null) {
            return;
        }
        ResolvedFormat.Said said = said(sinkRecord, value);
        switch (said.kind()) {
            case "MARKER" ->
                visitor.marker(
                        Marker.parse(String.valueOf(said.marker())), said.version(), sinkRecord.originalKafkaOffset());
            case "ROW", "DELETED" -> {
                RowKey key = key(sinkRecord);
                if (said.holds()) {
                    visitor.held(key, said.version());
                } else {
                    visitor.outcome(new Outcome(
                            key,
                            row(sinkRecord, value),
                            said.kind().equals("DELETED"),
                            said.version(),
                            sinkRecord.originalKafkaOffset(),
                            said.lastLocal(),
                            said.snapshot()));
                }
            }
            default ->
                throw unreadable(
                        sinkRecord,
                        "its kind " + said.kind() + " is not known: update the sink before the resolver",
                        null);
        }
    }

    private static RowKey key(SinkRecord sinkRecord) {
        if (sinkRecord.key() instanceof byte[] key) {
            return RowKey.fromBytes(key);
        }
        throw unreadable(sinkRecord, "its key is not bytes: is key.converter the ByteArrayConverter?", null);
    }

    private static byte @Nullable [] value(SinkRecord sinkRecord) {
        Object value = sinkRecord.value();
        if (value == null || value instanceof byte[]) {
            return (byte[]) value;
        }
        throw unreadable(sinkRecord, "its value is not bytes: is value.converter the ByteArrayConverter?", null);
    }

    private ResolvedFormat.Said said(SinkRecord sinkRecord, byte[] value) {
        ResolvedFormat format = format(sinkRecord, value);
        try {
            return format.said(body(value));
        } catch (IOException | RuntimeException e) {
            throw unfit(sinkRecord, e);
        }
    }

    private Row row(SinkRecord sinkRecord, byte[] value) {
        ResolvedFormat format = format(sinkRecord, value);
        try {
            Row row = format.row(body(value));
            if (row != null) {
                return row;
            }
        } catch (IOException | RuntimeException e) {
            throw unfit(sinkRecord, e);
        }
        throw unreadable(sinkRecord, "it has no row", null);
    }

    private ResolvedFormat format(SinkRecord sinkRecord, byte[] value) {
        if (value.length < HEADER || value[0] != 0) {
            throw unreadable(sinkRecord, "it is not in Confluent's wire format", null);
        }
        int id = ByteBuffer.wrap(value).getInt(1);
        ResolvedFormat known = formats.get(id);
        if (known == null) {
            try {
                known = new ResolvedFormat(site, schemas.withId(id));
            } catch (DataException e) {
                throw unreadable(sinkRecord, e.getMessage(), e);
            }
            formats.put(id, known);
        }
        return known;
    }

    private BinaryDecoder body(byte[] value) {
        decoder = DecoderFactory.get().binaryDecoder(value, HEADER, value.length - HEADER, decoder);
        return decoder;
    }

    private static DataException unfit(SinkRecord sinkRecord, Exception e) {
        return unreadable(sinkRecord, "it does not fit its schema: " + e, e);
    }

    private static DataException unreadable(SinkRecord sinkRecord, @Nullable String why, @Nullable Exception cause) {
        return new DataException(
                "Cannot read " + sinkRecord.originalTopic() + "-" + sinkRecord.originalKafkaPartition() + " at "
                        + sinkRecord.originalKafkaOffset() + ": " + why,
                cause);
    }
}
