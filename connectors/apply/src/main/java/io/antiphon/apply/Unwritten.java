package io.antiphon.apply;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An outcome that changed no row at the site, and why: the site's answer names it.
 *
 * @param commitTime {@link Kind#REFUSED}: of the row that stands, microseconds
 * @param cause {@link Kind#PARKED} and {@link Kind#CLAIMED}: the error
 * @param holder {@link Kind#CLAIMED}: the row that stands instead
 */
public record Unwritten(
        Outcome outcome,
        Kind kind,
        @Nullable Long commitTime,
        @Nullable String cause,
        @Nullable Holder holder) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Why. */
    public enum Kind {
        /** The guard met a change the decision did not know. */
        REFUSED,
        /** The database refuses the row for ever. */
        PARKED,
        /** Another row has a unique value that it needs, and comes before it. */
        CLAIMED,
        /** A delete found no row. */
        ABSENT
    }

    /** Refused by the guard, because of the row written at {@code commitTime}. */
    public static Unwritten refused(Outcome outcome, long commitTime) {
        return new Unwritten(outcome, Kind.REFUSED, commitTime, null, null);
    }

    /** Refused by the database. */
    public static Unwritten parked(Outcome outcome, String cause) {
        return new Unwritten(outcome, Kind.PARKED, null, cause, null);
    }

    /** Refused by the database because {@code holder} comes before it. */
    public static Unwritten claimed(Outcome outcome, String cause, Holder holder) {
        return new Unwritten(outcome, Kind.CLAIMED, null, cause, holder);
    }

    /** A delete of a row that is not there. */
    public static Unwritten absent(Outcome outcome) {
        return new Unwritten(outcome, Kind.ABSENT, null, null, null);
    }

    /** As the position row carries them. */
    public static String toJson(List<Unwritten> unwritten) {
        if (unwritten.isEmpty()) {
            return "[]";
        }
        var out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            for (Unwritten one : unwritten) {
                json.writeStartObject();
                json.writeStringField("key", one.outcome.key().text());
                json.writeNumberField("version", one.outcome.version());
                json.writeStringField("kind", one.kind.name());
                if (one.commitTime != null) {
                    json.writeNumberField("commit_time", one.commitTime);
                }
                if (one.cause != null) {
                    json.writeStringField("cause", one.cause);
                }
                if (one.holder != null) {
                    write(json, one.holder);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void write(JsonGenerator json, Holder holder) throws IOException {
        json.writeStringField("holder", holder.key().text());
        json.writeStringField("holder_row", holder.row());
        json.writeArrayFieldStart("columns");
        for (String column : holder.columns()) {
            json.writeString(column);
        }
        json.writeEndArray();
    }
}
