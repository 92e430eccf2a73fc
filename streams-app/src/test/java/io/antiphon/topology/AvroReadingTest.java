package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroReadingTest {
    private static final Schema POINT = SchemaBuilder.record("Point")
            .fields()
            .requiredDouble("x")
            .requiredDouble("y")
            .endRecord();
    private static final Schema ROW = SchemaBuilder.record("Row")
            .fields()
            .requiredInt("whole")
            .optionalInt("perhaps")
            .requiredLong("large")
            .requiredBoolean("yes")
            .requiredFloat("narrow")
            .requiredDouble("wide")
            .optionalString("text")
            .requiredBytes("bytes")
            .name("list")
            .type(Schema.createArray(Schema.create(Schema.Type.STRING)))
            .noDefault()
            .name("map")
            .type(Schema.createMap(Schema.create(Schema.Type.LONG)))
            .noDefault()
            .name("word")
            .type(Schema.createEnum("Word", null, null, List.of("ONE", "TWO")))
            .noDefault()
            .name("fixed")
            .type(Schema.createFixed("Four", null, null, 4))
            .noDefault()
            .name("point")
            .type(POINT)
            .noDefault()
            .endRecord();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsReadIsWhatAvrosOwnReaderReads(long seed) throws IOException {
        byte[] bytes = written(any(new Random(seed)));
        GenericRecord expected = new GenericDatumReader<GenericRecord>(ROW).read(null, decoder(bytes));
        BinaryDecoder in = decoder(bytes);

        Object read = AvroReading.ofFields(ROW, field -> AvroReading.of(field.schema()))
                .read(in);

        Object[] values =
                ROW.getFields().stream().map(field -> expected.get(field.pos())).toArray();
        assertThat((Object[]) read).containsExactly(values);
        assertThat(in.isEnd()).isTrue();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsSkippedIsReadOverToItsEnd(long seed) throws IOException {
        BinaryDecoder in = decoder(written(any(new Random(seed))));

        Object read = AvroReading.ofFields(ROW, field -> AvroReading.skipping(field.schema()))
                .read(in);

        assertThat((Object[]) read).containsOnlyNulls();
        assertThat(in.isEnd()).isTrue();
    }

    private static GenericRecord any(Random random) {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        byte[] four = new byte[4];
        random.nextBytes(four);
        return new GenericRecordBuilder(ROW)
                .set("whole", random.nextInt())
                .set("perhaps", random.nextBoolean() ? null : random.nextInt())
                .set("large", random.nextLong())
                .set("yes", random.nextBoolean())
                .set("narrow", random.nextFloat())
                .set("wide", random.nextDouble())
                .set("text", random.nextBoolean() ? null : "größer " + random.nextInt())
                .set("bytes", ByteBuffer.wrap(bytes))
                .set("list", List.of("a" + random.nextInt(), ""))
                .set("map", Map.of("key", random.nextLong()))
                .set(
                        "word",
                        new GenericData.EnumSymbol(ROW.getField("word").schema(), random.nextBoolean() ? "ONE" : "TWO"))
                .set("fixed", new GenericData.Fixed(ROW.getField("fixed").schema(), four))
                .set(
                        "point",
                        new GenericRecordBuilder(POINT)
                                .set("x", random.nextDouble())
                                .set("y", random.nextDouble())
                                .build())
                .build();
    }

    private static byte[] written(GenericRecord record) throws IOException {
        var out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(ROW).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static BinaryDecoder decoder(byte[] bytes) {
        return DecoderFactory.get().binaryDecoder(bytes, null);
    }
}
