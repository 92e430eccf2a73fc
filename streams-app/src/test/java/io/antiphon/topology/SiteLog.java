package io.antiphon.topology;

import io.antiphon.contract.Answer;
import io.antiphon.contract.Marker;
import io.antiphon.contract.SnapshotEnd;
import io.antiphon.contract.UnwrittenOutcome;
import io.antiphon.key.RowKey;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** What capture would say of one site's table {@code public.customer(id, name, city)}. */
final class SiteLog {
    static final TableId TABLE = new TableId("public", "customer");
    static final MeshName MESH = new MeshName("shop");

    private final SiteId site;
    private final Schemas schemas;
    private final TestInputTopic<byte[], byte[]> topic;
    private final Schema source;
    private Schema row;
    private Schema envelope;
    private String origin;
    private @Nullable Integer points;
    private long position = 1000;
    private @Nullable Long now;
    private @Nullable Long lastCommit;
    private long snapshot = position;
    private long rowCommitted;

    SiteLog(String site, Schemas schemas, TestInputTopic<byte[], byte[]> topic) {
        this.site = new SiteId(site);
        this.schemas = schemas;
        this.topic = topic;
        this.origin = "antiphon_shop_" + site + "_0";
        this.row = row().endRecord();
        this.source = SchemaBuilder.record("Source")
                .namespace("io.debezium.connector.postgresql")
                .fields()
                .requiredString("version")
                .optionalString("sequence")
                .optionalLong("ts_us")
                .optionalString("origin")
                .optionalLong("origin_lsn")
                .optionalLong("row_ts_us")
                .endRecord();
        this.envelope = envelope();
    }

    private SchemaBuilder.FieldAssembler<Schema> row() {
        return SchemaBuilder.record("Value")
                .namespace(MESH + "." + site + ".public.customer")
                .fields()
                .requiredInt("id")
                .optionalString("name")
                .optionalString("city");
    }

    private Schema envelope() {
        Schema nullableRow = Schema.createUnion(Schema.create(Schema.Type.NULL), row);
        return SchemaBuilder.record("Envelope")
                .namespace(row.getNamespace())
                .fields()
                .name("before")
                .type(nullableRow)
                .withDefault(null)
                .name("after")
                .type(nullableRow)
                .withDefault(null)
                .name("source")
                .type(source)
                .noDefault()
                .requiredString("op")
                .endRecord();
    }

    /** A row of the table. */
    record Customer(int id, @Nullable String name, @Nullable String city) {}

    /** The site adds a column {@code points}, which is this in every row. */
    void addsPoints(int value) {
        points = value;
        row = row().optionalInt("points").endRecord();
        envelope = envelope();
    }

    /** What is said to be our own write has this origin from now on. */
    SiteLog writtenBy(String name) {
        origin = name;
        return this;
    }

    /** The database is set up anew: its log begins again. */
    void beginsAgain() {
        position = 1;
        snapshot = 1;
    }

    /** One transaction from here on, which capture says this commit came before; it begins where the log was at that position. */
    void after(long commit, long at) {
        lastCommit = commit;
        position = at;
    }

    long position() {
        return position;
    }

    /** Whatever its clock says, the site's changes are captured at this time from now on, microseconds. */
    SiteLog capturing(long time) {
        now = time;
        return this;
    }

    byte[] inserted(Customer after, long commitTime) {
        return change("c", null, after, commitTime, null);
    }

    byte[] updated(Customer before, Customer after, long commitTime) {
        return change("u", before, after, commitTime, null);
    }

    byte[] deleted(Customer before, long commitTime) {
        return change("d", before, null, commitTime, null);
    }

    /** A change of key: a delete and an insert at one place of the log, which name each other. */
    void moved(Customer before, Customer after, long commitTime) {
        position++;
        changeOfKey("d", before, null, key(before.id()), "__debezium.newkey", key(after.id()), commitTime);
        changeOfKey("c", before, after, key(after.id()), "__debezium.oldkey", key(before.id()), commitTime);
    }

    private void changeOfKey(
            String op,
            Customer before,
            @Nullable Customer after,
            byte[] key,
            String header,
            byte[] other,
            long commitTime) {
        GenericRecord from = new GenericRecordBuilder(source)
                .set("version", "3")
                .set("sequence", "[\"" + position + "\",\"" + position + "\"]")
                .set("ts_us", commitTime)
                .build();
        GenericRecord record = new GenericRecordBuilder(envelope)
                .set("before", record(before))
                .set("after", record(after))
                .set("source", from)
                .set("op", op)
                .build();
        var headers = new RecordHeaders()
                .add(header, other)
                .add("antiphon.key-columns", RowKey.of(List.of("id")).toBytes());
        topic.pipeInput(
                new TestRecord<>(key, wire(record, envelope), headers, Instant.ofEpochMilli(commitTime / 1000)));
    }

    byte[] found(Customer row, long time) {
        return foundOf(0, row, time);
    }

    /** A row that was committed then. */
    byte[] foundOf(long committed, Customer row, long time) {
        rowCommitted = committed;
        return change("r", null, row, time, null);
    }

    /** Our own write, seen again; either row may be null. */
    byte[] echoed(@Nullable Customer before, @Nullable Customer after, long mark, long commitTime) {
        String op = before == null ? "c" : after == null ? "d" : "u";
        return change(op, before, after, commitTime, mark);
    }

    byte[] truncated(long commitTime) {
        return change("t", null, null, commitTime, null);
    }

    /** What stands there from here on is read once more. */
    void isReadAgain() {
        snapshot = ++position;
    }

    /** The snapshot has shown everything there is. */
    void hasShownAll() {
        send(null, new SnapshotEnd(snapshot), SnapshotEnd.getClassSchema(), 0);
    }

    /** A record of a row that nobody can read. */
    void writesUnreadably(int id) {
        position++;
        topic.pipeInput(key(id), new byte[] {9, 9, 9});
    }

    void answered(long version, UnwrittenOutcome... unwritten) {
        long at = ++position;
        send(
                null,
                Answer.newBuilder()
                        .setSite(site.text())
                        .setResolvedTopic(new Topics(MESH).resolved(TABLE))
                        .setResolvedPartition(0)
                        .setVersion(version)
                        .setNextOffset(1)
                        .setEpoch(1)
                        .setApplied(1)
                        .setCommitTime(version + 10)
                        .setPreviousCommit(at)
                        .setLogPosition(at)
                        .setOutcomes(List.of(unwritten))
                        .build(),
                Answer.getClassSchema(),
                version);
    }

    void asked(long number) {
        long at = ++position;
        send(
                null,
                new Marker(number, site.text(), new Topics(MESH).resolved(TABLE), 0, at, at),
                Marker.getClassSchema(),
                0);
    }

    void again(byte[] key, byte[] value) {
        topic.pipeInput(key, value);
    }

    private byte[] change(
            String op, @Nullable Customer before, @Nullable Customer after, long commitTime, @Nullable Long mark) {
        long at = "r".equals(op) ? snapshot : ++position;
        GenericRecord from = new GenericRecordBuilder(source)
                .set("version", "3")
                .set("sequence", sequence(op, at))
                .set("ts_us", commitTime)
                .set("origin", mark == null ? null : origin)
                .set("origin_lsn", mark)
                .set("row_ts_us", "r".equals(op) ? rowCommitted : null)
                .build();
        GenericRecord record = new GenericRecordBuilder(envelope)
                .set("before", record(before))
                .set("after", record(after))
                .set("source", from)
                .set("op", op)
                .build();
        Customer any = after == null ? before : after;
        return send(any == null ? null : key(any.id()), record, envelope, now == null ? commitTime : now);
    }

    private String sequence(String op, long at) {
        boolean without = "r".equals(op) || lastCommit != null && lastCommit == 0;
        return without
                ? "[null,\"" + at + "\"]"
                : "[\"" + (lastCommit == null ? at : lastCommit) + "\",\"" + at + "\"]";
    }

    static byte[] key(int id) {
        return RowKey.of(List.of(id)).toBytes();
    }

    private @Nullable GenericRecord record(@Nullable Customer customer) {
        if (customer == null) {
            return null;
        }
        var record = new GenericData.Record(row);
        record.put("id", customer.id());
        record.put("name", customer.name());
        record.put("city", customer.city());
        if (points != null) {
            record.put("points", points);
        }
        return record;
    }

    private byte[] send(byte @Nullable [] key, Object value, Schema schema, long time) {
        byte[] bytes = wire(value, schema);
        topic.pipeInput(key, bytes, time / 1000);
        return bytes;
    }

    private byte[] wire(Object value, Schema schema) {
        var out = new ByteArrayOutputStream();
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(4)
                .putInt(schemas.idOf(site + "-" + schema.getFullName(), schema))
                .array());
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        try {
            new GenericDatumWriter<>(schema, new GenericData()).write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
