package io.antiphon.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.contract.ResolvedMetadata;
import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class ResolvedReaderTest {
    private static final String REGISTRY = "mock://reader";
    private static final RowKey KEY = RowKey.of(List.of(7L));
    private static final Schema ROW = SchemaBuilder.record("Row")
            .fields()
            .optionalLong("id")
            .optionalString("name")
            .endRecord();
    private static final Schema LATER = later();

    private final ResolvedReader reader = new ResolvedReader(new SiteId("tokyo"), new ResolvedSchemas(REGISTRY));
    private final List<String> heard = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    @Test
    void aRowIsReadWithWhatIsKnownOfTheSite() {
        read(resolved(
                ResolvedMetadata.getClassSchema(),
                row(7, "x"),
                "ROW",
                List.of(site("berlin", true, 3L, true), site("tokyo", false, 5L, false))));

        assertThat(outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.key()).isEqualTo(KEY);
            assertThat(outcome.version()).isEqualTo(42);
            assertThat(outcome.deleted()).isFalse();
            assertThat(outcome.lastLocal()).isEqualTo(5);
            assertThat(outcome.snapshot()).isFalse();
            assertThat(outcome.row().value(outcome.row().columns().field("id"))).isEqualTo(7L);
            assertThat(outcome.row().value(outcome.row().columns().field("name")))
                    .isEqualTo("x");
        });
    }

    @Test
    void nothingIsKnownOfASiteThatIsNotListed() {
        read(resolved(ResolvedMetadata.getClassSchema(), row(7, "x"), "ROW", List.of(site("tokyo", true, 3L, true))));

        read(resolved(
                ResolvedMetadata.getClassSchema(), row(7, null), "DELETED", List.of(site("berlin", true, 3L, true))));

        assertThat(outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.deleted()).isTrue();
            assertThat(outcome.lastLocal()).isNull();
            assertThat(outcome.snapshot()).isFalse();
        });
    }

    @Test
    void whatTheSiteHoldsIsPassedOver() {
        read(resolved(
                ResolvedMetadata.getClassSchema(), row(7, "x"), "ROW", List.of(site("tokyo", true, null, false))));

        assertThat(heard).containsExactly("held [7] at 42");
        assertThat(outcomes).isEmpty();
    }

    @Test
    void aContractThatHasGrownIsStillRead() {
        read(resolved(LATER, row(7, "x"), "ROW", List.of(site("tokyo", false, 5L, false))));

        assertThat(outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.version()).isEqualTo(42);
            assertThat(outcome.lastLocal()).isEqualTo(5);
        });
    }

    @Test
    void whatCanNeverBeReadSaysWhereItIsAndWhy() {
        byte[] good = resolved(ResolvedMetadata.getClassSchema(), row(7, "x"), "ROW", List.of());
        byte[] cut = java.util.Arrays.copyOf(good, good.length - 3);

        assertThatThrownBy(() -> read(new byte[] {1, 2, 3}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("shop.resolved.public.thing-1 at 99")
                .hasMessageContaining("wire format");
        assertThatThrownBy(() -> read(new byte[] {0, 0, 0, 100, 0, 1}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not know schema 25600");
        assertThatThrownBy(() -> read(cut))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not fit its schema");
        assertThatThrownBy(() -> read(wire(ROW, row(7, "x"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has the fields row and meta");
        assertThatThrownBy(() -> read(resolved(ResolvedMetadata.getClassSchema(), row(7, "x"), "NEWER", List.of())))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("update the sink before the resolver");
    }

    @Test
    void aRegistryThatDoesNotAnswerIsTrouble() throws IOException {
        var unreachable =
                new ResolvedReader(new SiteId("tokyo"), new ResolvedSchemas("http://127.0.0.1:" + unusedPort()));
        byte[] good = resolved(ResolvedMetadata.getClassSchema(), row(7, "x"), "ROW", List.of());

        assertThatThrownBy(() -> unreachable.version(at(good)))
                .isInstanceOf(TroubleException.class)
                .hasMessageContaining("schema registry");
    }

    private static int unusedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void read(byte[] value) {
        reader.read(at(value), new ResolvedReader.Visitor() {
            @Override
            public void outcome(Outcome outcome) {
                outcomes.add(outcome);
            }

            @Override
            public void held(RowKey key, long version) {
                heard.add("held " + key + " at " + version);
            }

            @Override
            public void marker(Marker marker, long version, long offset) {
                heard.add("marker " + marker);
            }
        });
    }

    private static SinkRecord at(byte[] value) {
        return new SinkRecord("shop.resolved.public.thing", 1, null, KEY.toBytes(), null, value, 99);
    }

    private static GenericRecord row(long id, String name) {
        var row = new GenericData.Record(ROW);
        row.put("id", id);
        row.put("name", name);
        return row;
    }

    private record Site(String name, boolean holds, Long lastLocal, boolean snapshot) {}

    private static Site site(String name, boolean holds, Long lastLocal, boolean snapshot) {
        return new Site(name, holds, lastLocal, snapshot);
    }

    private static byte[] resolved(Schema metadata, GenericRecord row, String kind, List<Site> sites) {
        Schema record = Schema.createRecord(
                "Resolved",
                null,
                "shop",
                false,
                List.of(
                        new Schema.Field(
                                "row",
                                Schema.createUnion(Schema.create(Schema.Type.NULL), ROW),
                                null,
                                JsonProperties.NULL_VALUE),
                        new Schema.Field("meta", metadata, null, null)));
        Schema knowledge = metadata.getField("sites").schema().getElementType();
        List<GenericData.Record> known = sites.stream()
                .map(site -> new GenericRecordBuilder(knowledge)
                        .set("site", site.name)
                        .set("holds", site.holds)
                        .set("last_local", site.lastLocal)
                        .set("snapshot", site.snapshot)
                        .build())
                .toList();
        return wire(
                record,
                new GenericRecordBuilder(record)
                        .set("row", row)
                        .set(
                                "meta",
                                new GenericRecordBuilder(metadata)
                                        .set("kind", kind)
                                        .set("version", 42L)
                                        .set("write_time", 41L)
                                        .set("author", "berlin")
                                        .set("sites", known)
                                        .build())
                        .build());
    }

    private static byte[] wire(Schema schema, GenericRecord value) {
        try {
            int id = MockSchemaRegistry.getClientForScope("reader").register("thing", new AvroSchema(schema));
            var out = new ByteArrayOutputStream();
            out.write(0);
            out.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new GenericDatumWriter<GenericRecord>(schema).write(value, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The contract as a newer resolver might have it: more in front, more behind. */
    private static Schema later() {
        Schema now = ResolvedMetadata.getClassSchema();
        var fields = new ArrayList<Schema.Field>();
        fields.add(new Schema.Field(
                "mood", Schema.createArray(Schema.create(Schema.Type.STRING)), null, List.of("good", "bad")));
        now.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("weight", Schema.create(Schema.Type.DOUBLE), null, 1.5));
        return Schema.createRecord(now.getName(), null, now.getNamespace(), false, fields);
    }
}
