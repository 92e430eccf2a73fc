package io.antiphon.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Makes rows of our position and marker tables into what their contracts say ({@code answer.avsc}, {@code marker.avsc}). */
final class Answers {
    static final Schema OUTCOME = SchemaBuilder.struct()
            .name("io.antiphon.contract.UnwrittenOutcome")
            .field("key", Schema.STRING_SCHEMA)
            .field("version", Schema.INT64_SCHEMA)
            .field("kind", Schema.STRING_SCHEMA)
            .field("commit_time", Schema.OPTIONAL_INT64_SCHEMA)
            .field("cause", Schema.OPTIONAL_STRING_SCHEMA)
            .field("holder", Schema.OPTIONAL_STRING_SCHEMA)
            .field("holder_row", Schema.OPTIONAL_STRING_SCHEMA)
            .field(
                    "columns",
                    SchemaBuilder.array(Schema.STRING_SCHEMA)
                            .defaultValue(List.of())
                            .build())
            .build();

    static final Schema ANSWER = SchemaBuilder.struct()
            .name("io.antiphon.contract.Answer")
            .field("site", Schema.STRING_SCHEMA)
            .field("resolved_topic", Schema.STRING_SCHEMA)
            .field("resolved_partition", Schema.INT32_SCHEMA)
            .field("version", Schema.INT64_SCHEMA)
            .field("next_offset", Schema.INT64_SCHEMA)
            .field("epoch", Schema.INT64_SCHEMA)
            .field("applied", Schema.INT64_SCHEMA)
            .field("commit_time", Schema.INT64_SCHEMA)
            .field("previous_commit", Schema.INT64_SCHEMA)
            .field("log_position", Schema.INT64_SCHEMA)
            .field("outcomes", SchemaBuilder.array(OUTCOME).build())
            .build();

    static final Schema MARKER = SchemaBuilder.struct()
            .name("io.antiphon.contract.Marker")
            .field("number", Schema.INT64_SCHEMA)
            .field("site", Schema.STRING_SCHEMA)
            .field("resolved_topic", Schema.STRING_SCHEMA)
            .field("resolved_partition", Schema.INT32_SCHEMA)
            .field("previous_commit", Schema.INT64_SCHEMA)
            .field("log_position", Schema.INT64_SCHEMA)
            .build();

    private static final ObjectMapper JSON = new ObjectMapper();

    private Answers() {}

    /**
     * A site's answer, from the position row it wrote and where the log has it. What a snapshot shows beside it is newer than its outcomes.
     */
    static Struct answer(String site, Struct row, Struct source, boolean isSnapshot) {
        LogPosition position = LogPosition.of(source);
        return new Struct(ANSWER)
                .put("site", site)
                .put("resolved_topic", row.getString("resolved_topic"))
                .put("resolved_partition", row.getInt32("resolved_partition"))
                .put("version", number(row, "version"))
                .put("next_offset", number(row, "next_offset"))
                .put("epoch", number(row, "epoch"))
                .put("applied", number(row, "applied"))
                .put("commit_time", source.getInt64("ts_us"))
                .put("previous_commit", position.previousCommit())
                .put("log_position", position.change())
                .put("outcomes", isSnapshot ? List.of() : outcomes(row.getString("outcomes")));
    }

    /** A question, from the marker row it was asked with and where the log has it. */
    static Struct marker(Struct row, Struct source) {
        LogPosition position = LogPosition.of(source);
        return new Struct(MARKER)
                .put("number", row.getInt64("number"))
                .put("site", row.getString("site"))
                .put("resolved_topic", row.getString("resolved_topic"))
                .put("resolved_partition", row.getInt32("resolved_partition"))
                .put("previous_commit", position.previousCommit())
                .put("log_position", position.change());
    }

    private static long number(Struct row, String column) {
        Long number = row.getInt64(column);
        return number == null ? 0 : number;
    }

    private static List<Struct> outcomes(@Nullable String json) {
        if (json == null || json.equals("[]")) {
            return List.of();
        }
        var outcomes = new ArrayList<Struct>();
        try {
            for (JsonNode outcome : JSON.readTree(json)) {
                outcomes.add(new Struct(OUTCOME)
                        .put("key", outcome.required("key").textValue())
                        .put("version", outcome.required("version").longValue())
                        .put("kind", outcome.required("kind").textValue())
                        .put("commit_time", outcome.has("commit_time") ? longOrNull(outcome.get("commit_time")) : null)
                        .put("cause", outcome.path("cause").textValue())
                        .put("holder", outcome.path("holder").textValue())
                        .put("holder_row", outcome.path("holder_row").textValue())
                        .put("columns", texts(outcome.path("columns"))));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new DataException(
                    "column outcomes of antiphon.position is not the JSON array the sink writes; was the row changed by hand?",
                    e);
        }
        return outcomes;
    }

    private static List<String> texts(JsonNode array) {
        var texts = new ArrayList<String>();
        array.forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    private static @Nullable Long longOrNull(JsonNode number) {
        return number.isNull() ? null : number.longValue();
    }
}
