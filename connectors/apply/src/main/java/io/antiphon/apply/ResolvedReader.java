package io.antiphon.apply;

import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import io.antiphon.time.HybridTime;
import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/** Reads resolved records as one site sees them. */
final class ResolvedReader {
    private final String site;
    private @Nullable Fields fields;

    ResolvedReader(SiteId site) {
        this.site = site.text();
    }

    /** What is done with a record's content. */
    interface Visitor {
        /** @param held whether the site already holds the outcome */
        void outcome(Outcome outcome, boolean held);

        void marker(Marker marker, long version, long offset);
    }

    /** The record's version; {@link HybridTime#NONE} if it has no value. */
    long version(SinkRecord sinkRecord) {
        Struct value = value(sinkRecord);
        if (value == null) {
            return HybridTime.NONE;
        }
        Fields known = fieldsOf(value);
        return (Long) ((Struct) value.get(known.meta)).get(known.version);
    }

    /** Reads a record; one without a value says nothing. */
    void read(SinkRecord sinkRecord, Visitor visitor) {
        Struct value = value(sinkRecord);
        if (value == null) {
            return;
        }
        Fields known = fieldsOf(value);
        Struct meta = (Struct) value.get(known.meta);
        long version = (Long) meta.get(known.version);
        long offset = sinkRecord.originalKafkaOffset();
        String kind = (String) meta.get(known.kind);
        switch (kind) {
            case "MARKER" -> visitor.marker(Marker.parse((String) meta.get(known.marker)), version, offset);
            case "ROW", "DELETED" -> {
                if (!(sinkRecord.key() instanceof byte[] key)) {
                    throw unreadable(sinkRecord, "its key is not bytes: is key.converter the ByteArrayConverter?");
                }
                Struct here = here(known, meta);
                visitor.outcome(
                        new Outcome(
                                RowKey.fromBytes(key),
                                (Struct) value.get(known.row),
                                kind.equals("DELETED"),
                                version,
                                offset,
                                here == null ? null : (Long) here.get(known.lastLocal),
                                here != null && (Boolean) here.get(known.snapshot)),
                        here != null && (Boolean) here.get(known.holds));
            }
            default ->
                throw unreadable(sinkRecord, "its kind " + kind + " is not known: update the sink before the resolver");
        }
    }

    private static @Nullable Struct value(SinkRecord sinkRecord) {
        if (sinkRecord.value() == null || sinkRecord.value() instanceof Struct) {
            return (Struct) sinkRecord.value();
        }
        throw unreadable(sinkRecord, "its value is not a resolved record: is value.converter the AvroConverter?");
    }

    private Fields fieldsOf(Struct value) {
        Fields known = fields;
        if (known == null || known.of != value.schema()) {
            known = new Fields(value.schema());
            fields = known;
        }
        return known;
    }

    private @Nullable Struct here(Fields known, Struct meta) {
        for (Object listed : (List<?>) meta.get(known.sites)) {
            Struct knowledge = (Struct) listed;
            if (site.equals(knowledge.get(known.site))) {
                return knowledge;
            }
        }
        return null;
    }

    private static DataException unreadable(SinkRecord sinkRecord, String why) {
        return new DataException("Cannot read " + sinkRecord.originalTopic() + "-" + sinkRecord.originalKafkaPartition()
                + " at " + sinkRecord.originalKafkaOffset() + ": " + why);
    }

    /** Where the parts are in one schema. */
    private static final class Fields {
        final Schema of;
        final Field row;
        final Field meta;
        final Field kind;
        final Field version;
        final Field marker;
        final Field sites;
        final Field site;
        final Field holds;
        final Field lastLocal;
        final Field snapshot;

        Fields(Schema of) {
            this.of = of;
            row = of.field("row");
            meta = of.field("meta");
            if (row == null || meta == null) {
                throw new DataException("A resolved record has the fields row and meta, " + of.name() + " has not");
            }
            Schema metadata = meta.schema();
            kind = metadata.field("kind");
            version = metadata.field("version");
            marker = metadata.field("marker");
            sites = metadata.field("sites");
            Schema knowledge = sites.schema().valueSchema();
            site = knowledge.field("site");
            holds = knowledge.field("holds");
            lastLocal = knowledge.field("last_local");
            snapshot = knowledge.field("snapshot");
        }
    }
}
