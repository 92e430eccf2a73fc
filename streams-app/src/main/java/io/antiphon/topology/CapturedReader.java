package io.antiphon.topology;

import io.antiphon.contract.Answer;
import io.antiphon.contract.Contracts;
import io.antiphon.contract.Marker;
import io.antiphon.contract.SnapshotEnd;
import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Heard;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.resolve.Row;
import io.antiphon.time.HybridTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Reads the captured records of one table at one site: Debezium envelopes, answers and markers, each Avro in Confluent's wire format.
 *
 * <p>Of an envelope only what decides is decoded. Not for several threads.
 */
final class CapturedReader {
    private static final byte[] UNCHANGED = "__debezium_unavailable_value".getBytes(StandardCharsets.UTF_8);
    private static final Utf8 UNCHANGED_TEXT = new Utf8(UNCHANGED);
    private static final Set<String> OF_SOURCE = Set.of("sequence", "ts_us", "origin", "origin_lsn", "row_ts_us");

    private final SiteId site;
    private final String originPrefix;
    private final long maxSkew;
    private final Schemas schemas;
    private final Map<Integer, Format> formats = new HashMap<>();
    private @Nullable BinaryDecoder decoder;

    /**
     * @param originPrefix the beginning of this site's origins, a task's number follows; what has one is an echo
     * @param maxSkew how far a commit time may be ahead of its record's, microseconds
     */
    CapturedReader(SiteId site, String originPrefix, long maxSkew, Schemas schemas) {
        this.site = site;
        this.originPrefix = originPrefix;
        this.maxSkew = maxSkew;
        this.schemas = schemas;
    }

    /**
     * What a record says.
     *
     * @param recordTime the record's timestamp, microseconds
     * @param layouts gives, and widens where it must, the table's layout
     * @throws UnreadableException if it can never be read
     */
    Captured read(byte[] value, long recordTime, Layouts layouts) {
        int id = WireFormat.schemaId(value);
        Format format = formats.get(id);
        if (format == null) {
            format = format(schemas.withId(id));
            formats.put(id, format);
        }
        try {
            decoder = WireFormat.body(value, decoder);
            return format.read(decoder, recordTime, layouts);
        } catch (IOException | RuntimeException e) {
            if (e instanceof UnreadableException unreadable) {
                throw unreadable;
            }
            if (e instanceof RegistrySchemas.RegistryUnavailableException trouble) {
                throw trouble;
            }
            if (e instanceof UnfitMergeException unfit) {
                throw unfit;
            }
            throw new UnreadableException("the value does not fit schema " + id + ": " + e, e);
        }
    }

    private Format format(Schema schema) {
        String name = schema.getFullName();
        if (name.equals(Answer.getClassSchema().getFullName())) {
            var reader = Contracts.reader(schema, Answer.class);
            return (in, time, layouts) -> {
                Answer answer = reader.read(null, in);
                return new Captured.Answered(
                        new LogPosition(answer.getPreviousCommit(), answer.getLogPosition()), answer);
            };
        }
        if (name.equals(Marker.getClassSchema().getFullName())) {
            var reader = Contracts.reader(schema, Marker.class);
            return (in, time, layouts) -> {
                Marker marker = reader.read(null, in);
                return new Captured.Asked(new LogPosition(marker.getPreviousCommit(), marker.getLogPosition()), marker);
            };
        }
        if (name.equals(SnapshotEnd.getClassSchema().getFullName())) {
            var reader = Contracts.reader(schema, SnapshotEnd.class);
            return (in, time, layouts) -> new Captured.SnapshotEnded(
                    LogPosition.ofSnapshot(reader.read(null, in).getLogPosition()));
        }
        if (schema.getField("op") == null || schema.getField("source") == null || schema.getField("after") == null) {
            throw new UnreadableException("a record of type " + name + " is not a captured change");
        }
        return new EnvelopeFormat(schema);
    }

    private interface Format {
        Captured read(BinaryDecoder in, long recordTime, Layouts layouts) throws IOException;
    }

    /** The table's layout, which grows with what is read. */
    interface Layouts {
        /** The layout that has at least these columns. */
        RowLayout covering(Schema capturedRow);
    }

    private final class EnvelopeFormat implements Format {
        private final AvroReading reading;
        private final Schema rowSchema;
        private final int before;
        private final int after;
        private final int op;
        private final int source;
        private final int sequence;
        private final int time;
        private final int origin;
        private final int mark;
        private final int rowCommitted;
        private @Nullable RowLayout layout;
        private int[] positions = {};
        private boolean[] widened = {};
        private boolean isArranged;

        EnvelopeFormat(Schema written) {
            this.reading = AvroReading.ofFields(written, EnvelopeFormat::wanted);
            this.rowSchema = RowLayout.notNull(written.getField("after").schema());
            this.before = position(written, "before");
            this.after = position(written, "after");
            this.op = position(written, "op");
            this.source = position(written, "source");
            Schema sourceSchema = RowLayout.notNull(written.getField("source").schema());
            this.sequence = position(sourceSchema, "sequence");
            this.time = position(sourceSchema, "ts_us");
            this.origin = position(sourceSchema, "origin");
            this.mark = position(sourceSchema, "origin_lsn");
            this.rowCommitted = position(sourceSchema, "row_ts_us");
        }

        private static AvroReading wanted(Schema.Field field) {
            return switch (field.name()) {
                case "before", "after" ->
                    AvroReading.ofBranches(
                            field.schema(),
                            row -> AvroReading.ofFields(row, column -> AvroReading.of(column.schema())));
                case "source" ->
                    AvroReading.ofBranches(
                            field.schema(),
                            source -> AvroReading.ofFields(
                                    source,
                                    of -> OF_SOURCE.contains(of.name())
                                            ? AvroReading.of(of.schema())
                                            : AvroReading.skipping(of.schema())));
                case "op" -> AvroReading.of(field.schema());
                default -> AvroReading.skipping(field.schema());
            };
        }

        @Override
        public Captured read(BinaryDecoder in, long recordTime, Layouts layouts) throws IOException {
            @Nullable Object[] envelope = values(reading.read(in));
            @Nullable Object[] from = values(envelope[source]);
            char operation = text(envelope[op]).charAt(0);
            Object at = value(from, sequence);
            LogPosition position = at == null ? LogPosition.START : LogPosition.parse(text(at));
            if (operation == 'r') {
                // Debezium has read no commit before a first snapshot; before a later one it has.
                position = position.previousCommit() == 0
                        ? LogPosition.ofSnapshot(position.position())
                        : LogPosition.ofLaterSnapshot(position.position());
            }
            long commitTime = value(from, time) instanceof Long micros ? micros : HybridTime.NONE;
            return switch (operation) {
                case 'c', 'u', 'd', 'r' -> ofRow(envelope, from, operation, position, commitTime, recordTime, layouts);
                case 't' ->
                    new Captured.Truncated(
                            position, commitTime, HybridTime.withinSkew(commitTime, recordTime, maxSkew));
                default -> new Captured.Other(position);
            };
        }

        private Captured ofRow(
                @Nullable Object[] envelope,
                @Nullable Object[] from,
                char operation,
                LogPosition position,
                long commitTime,
                long recordTime,
                Layouts layouts) {
            arrange(layouts.covering(rowSchema));
            Row was = row(value(envelope, before));
            Row is = row(envelope[after]);
            if (was != null && is != null) {
                is = is.filledFrom(was);
            }
            if (operation == 'r') {
                if (is == null) {
                    throw new UnreadableException("a snapshot record without a row");
                }
                Object committed = value(from, rowCommitted);
                return new Captured.OfRow(
                        position,
                        new Heard.Found(
                                site,
                                is,
                                HybridTime.withinSkew(
                                        committed instanceof Long micros ? micros : HybridTime.NONE,
                                        recordTime,
                                        maxSkew),
                                HybridTime.withinSkew(commitTime, recordTime, maxSkew)));
            }
            Object by = value(from, origin);
            Object version = value(from, mark);
            if (by != null && version instanceof Long echoed && isOurs(by.toString())) {
                return new Captured.OfRow(
                        position,
                        echoed == HybridTime.WITHDRAWN
                                ? new Heard.Lost(site, was)
                                : new Heard.Echo(site, echoed, was, is, commitTime));
            }
            Operation done =
                    switch (operation) {
                        case 'c' -> Operation.INSERT;
                        case 'u' -> Operation.UPDATE;
                        default -> Operation.DELETE;
                    };
            if ((is == null) != (done == Operation.DELETE)) {
                throw new UnreadableException(
                        "an " + done + " " + (is == null ? "without" : "with") + " a row after it");
            }
            return new Captured.OfRow(
                    position,
                    new Heard.Local(
                            site, done, was, is, commitTime, HybridTime.withinSkew(commitTime, recordTime, maxSkew)));
        }

        /** Another mesh in the same database may have a name that begins with ours. */
        private boolean isOurs(String name) {
            if (name.length() <= originPrefix.length() || !name.startsWith(originPrefix)) {
                return false;
            }
            for (int i = originPrefix.length(); i < name.length(); i++) {
                if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                    return false;
                }
            }
            return true;
        }

        private void arrange(RowLayout now) {
            if (now == layout) {
                return;
            }
            layout = now;
            positions = new int[now.size()];
            widened = new boolean[now.size()];
            isArranged = now.size() == rowSchema.getFields().size();
            for (int i = 0; i < now.size(); i++) {
                Schema.Field field = rowSchema.getField(now.names().get(i));
                positions[i] = field == null ? -1 : field.pos();
                widened[i] = field != null
                        && RowLayout.notNull(field.schema()).getType()
                                != now.type(i).getType();
                isArranged &= positions[i] == i && !widened[i];
            }
        }

        private @Nullable Row row(@Nullable Object image) {
            if (image == null) {
                return null;
            }
            @Nullable Object[] captured = values(image);
            for (int i = 0; i < captured.length; i++) {
                if (isUnchanged(captured[i])) {
                    captured[i] = Row.ABSENT;
                }
            }
            return Row.owning(isArranged ? captured : arranged(captured));
        }

        private @Nullable Object[] arranged(@Nullable Object[] captured) {
            @Nullable Object[] values = new Object[positions.length];
            for (int i = 0; i < positions.length; i++) {
                Object value = value(captured, positions[i]);
                values[i] = positions[i] < 0 ? Row.ABSENT : widened[i] ? widened(value) : value;
            }
            return values;
        }
    }

    private static @Nullable Object value(@Nullable Object[] values, int position) {
        return position < 0 ? null : values[position];
    }

    private static @Nullable Object[] values(@Nullable Object record) {
        return (@Nullable Object[]) Objects.requireNonNull(record);
    }

    private static String text(@Nullable Object value) {
        return String.valueOf(value);
    }

    private static @Nullable Object widened(@Nullable Object value) {
        if (value instanceof Integer narrow) {
            return narrow.longValue();
        }
        return value instanceof Float narrow ? (Object) narrow.doubleValue() : value;
    }

    private static boolean isUnchanged(@Nullable Object value) {
        if (value instanceof Utf8 text) {
            return text.getByteLength() == UNCHANGED.length && text.equals(UNCHANGED_TEXT);
        }
        if (value instanceof ByteBuffer bytes) {
            return bytes.remaining() == UNCHANGED.length && bytes.equals(ByteBuffer.wrap(UNCHANGED));
        }
        return value instanceof Collection<?> list
                && list.size() == 1
                && isUnchanged(list.iterator().next());
    }

    private static int position(Schema record, String field) {
        Schema.Field found = record.getField(field);
        return found == null ? -1 : found.pos();
    }
}
