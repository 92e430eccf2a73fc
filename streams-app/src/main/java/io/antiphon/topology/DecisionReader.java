package io.antiphon.topology;

import io.antiphon.contract.Contracts;
import io.antiphon.contract.Decision;
import io.antiphon.mesh.SiteId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Reads the records of the decisions topic. */
final class DecisionReader {
    private final Schemas schemas;

    DecisionReader(Schemas schemas) {
        this.schemas = schemas;
    }

    /** @throws UnreadableException if it can never be read, or is in another partition than its row */
    Decision read(byte @Nullable [] key, byte @Nullable [] value) {
        if (key == null || value == null) {
            throw new UnreadableException("a decision without a key or a value");
        }
        Schema written = schemas.withId(WireFormat.schemaId(value));
        if (!written.getFullName().equals(Decision.getClassSchema().getFullName())) {
            throw new UnreadableException("a record of type " + written.getFullName() + " is not a decision");
        }
        try {
            Decision decision = Contracts.reader(written, Decision.class).read(null, WireFormat.body(value, null));
            if (!Arrays.equals(key, decision.getKey().getBytes(StandardCharsets.UTF_8))) {
                throw new UnreadableException("a decision about row " + decision.getKey() + " has another record key");
            }
            if (decision.getKeep() != null) {
                new SiteId(decision.getKeep());
            }
            return decision;
        } catch (IOException | IllegalArgumentException e) {
            throw new UnreadableException("a decision cannot be read: " + e.getMessage(), e);
        }
    }
}
