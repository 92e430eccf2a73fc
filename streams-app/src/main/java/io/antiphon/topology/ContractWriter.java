package io.antiphon.topology;

import io.antiphon.contract.Contracts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecordBase;

/** Writes the records of our own contracts: Avro in Confluent's wire format. */
final class ContractWriter {
    private final Schemas schemas;
    private final Map<Schema, Integer> ids = new HashMap<>();

    ContractWriter(Schemas schemas) {
        this.schemas = schemas;
    }

    byte[] write(String topic, SpecificRecordBase contract) {
        Schema schema = contract.getSchema();
        int id = ids.computeIfAbsent(schema, any -> schemas.idOf(topic + "-value", schema));
        var buffer = new ByteArrayOutputStream(512);
        WireFormat.begin(buffer, id);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(buffer, null);
        try {
            Contracts.<SpecificRecordBase>writer(schema).write(contract, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }

    /** A record that was written here, by this version or another. */
    <T extends SpecificRecordBase> T read(byte[] value, Class<T> contract) {
        Schema written = schemas.withId(WireFormat.schemaId(value));
        try {
            return Contracts.reader(written, contract).read(null, WireFormat.body(value, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
