package io.antiphon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.contract.Answer;
import io.antiphon.contract.Marker;
import io.antiphon.contract.SnapshotEnd;
import io.confluent.connect.avro.AvroData;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Confluent's converter makes of our structs is what the contracts say, up to documentation. */
class ContractTest {
    private final AvroData avro = new AvroData(100);

    static Stream<Arguments> contracts() {
        return Stream.of(
                Arguments.of(Answers.ANSWER, Answer.getClassSchema()),
                Arguments.of(Answers.MARKER, Marker.getClassSchema()),
                Arguments.of(WholeTables.SNAPSHOT_END, SnapshotEnd.getClassSchema()));
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void aStructsAvroSchemaIsItsContract(org.apache.kafka.connect.data.Schema made, Schema contract) {
        Schema written = avro.fromConnectSchema(made);

        assertThat(SchemaNormalization.toParsingForm(written)).isEqualTo(SchemaNormalization.toParsingForm(contract));
        assertThat(defaults(written)).isEqualTo(defaults(contract));
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(contract, written)
                        .getType())
                .isEqualTo(SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE);
    }

    private static List<String> defaults(Schema schema) {
        return switch (schema.getType()) {
            case RECORD ->
                schema.getFields().stream()
                        .flatMap(field -> Stream.concat(
                                Stream.of(field.name() + "=" + (field.hasDefaultValue() ? field.defaultVal() : "none")),
                                defaults(field.schema()).stream()))
                        .toList();
            case ARRAY -> defaults(schema.getElementType());
            default -> List.of();
        };
    }
}
