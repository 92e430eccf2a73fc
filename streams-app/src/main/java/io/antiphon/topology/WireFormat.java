package io.antiphon.topology;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** Confluent's wire format: a zero, the id of the schema in four bytes, the Avro of the value. */
final class WireFormat {
    private static final int HEADER = 5;

    private WireFormat() {}

    /**
     * The id of the schema a value was written with.
     *
     * @throws UnreadableException if the value is in another format
     */
    static int schemaId(byte[] value) {
        if (value.length < HEADER || value[0] != 0) {
            throw new UnreadableException("the value is not in Confluent's wire format");
        }
        return ByteBuffer.wrap(value, 1, 4).getInt();
    }

    /** Reads what follows the id; {@code reused} is used again where it is given. */
    static BinaryDecoder body(byte[] value, @Nullable BinaryDecoder reused) {
        return DecoderFactory.get().binaryDecoder(value, HEADER, value.length - HEADER, reused);
    }

    /** Writes what precedes the Avro. */
    static void begin(ByteArrayOutputStream out, int schemaId) {
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(4).putInt(schemaId).array());
    }
}
