package io.antiphon.local.history;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.time.HybridTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** One site's log, read in order for what it says of one row. */
final class SiteLogOfRow {
    private static final int CAPTURED = 0;
    private static final int ANSWERED = 3;

    private final SiteId site;
    private final String key;
    private final String originPrefix;
    private final NavigableSet<Long> versions;
    private final Consumer<Event> events;
    private long seen;
    private long acknowledged;

    /** @param versions those the row has had, as far as they are known */
    SiteLogOfRow(MeshName mesh, SiteId site, String key, NavigableSet<Long> versions, Consumer<Event> events) {
        this.site = site;
        this.key = key;
        this.originPrefix = new DatabaseNames(mesh, site).originPrefix() + site + "_";
        this.versions = versions;
        this.events = events;
    }

    /** Takes in a record of the row. */
    void change(GenericRecord envelope, long at) {
        String op = String.valueOf(envelope.get("op"));
        GenericRecord source = (GenericRecord) envelope.get("source");
        Object origin = optional(source, "origin");
        Object mark = optional(source, "origin_lsn");
        if (origin != null && origin.toString().startsWith(originPrefix) && mark instanceof Long version) {
            echo(version, envelope, at);
            return;
        }
        Object time = optional(source, "ts_us");
        String when = time instanceof Long micros ? " at " + HybridTime.asInstant(micros) : "";
        String knowing = seen == 0 ? "nothing of it" : "version " + seen;
        tell(
                at,
                CAPTURED,
                op.equals("r") ? "found" : "wrote",
                done(op, envelope) + (op.equals("r") ? "" : when + ", knowing " + knowing),
                Map.of("seen", seen));
    }

    /** Takes in the site's answer to the outcomes of the row's partition. */
    void answer(GenericRecord answer, long at) {
        boolean refused = false;
        for (Object one : (List<?>) answer.get("outcomes")) {
            GenericRecord unwritten = (GenericRecord) one;
            if (unwritten.get("key").toString().equals(key)) {
                refused |= unwritten.get("kind").toString().equals("REFUSED");
                unwritten(unwritten, at);
            }
        }
        Long version = versions.floor((Long) answer.get("version"));
        if (version != null && version > acknowledged) {
            acknowledged = version;
            seen = refused ? seen : Math.max(seen, version);
            tell(at, ANSWERED, "answered", "has answered version " + version, Map.of("version", version));
        }
    }

    private void unwritten(GenericRecord unwritten, long at) {
        long version = (Long) unwritten.get("version");
        String says =
                switch (unwritten.get("kind").toString()) {
                    case "REFUSED" ->
                        "did not take version " + version
                                + ": the row there had been changed, which the decision did not know";
                    case "ABSENT" -> "had no row to delete for version " + version;
                    default -> "cannot hold version " + version + ": " + unwritten.get("cause");
                };
        tell(at, ANSWERED, "unwritten", says, Map.of("version", version));
    }

    private void echo(long mark, GenericRecord envelope, long at) {
        Long version = versions.floor(mark);
        seen = version == null ? mark : version;
        tell(
                at,
                CAPTURED,
                "echoed",
                "holds version " + seen + " now: " + row(envelope.get("after")),
                Map.of("version", seen));
    }

    private static String done(String op, GenericRecord envelope) {
        return switch (op) {
            case "c" -> "inserted " + row(envelope.get("after"));
            case "r" -> "had " + row(envelope.get("after")) + " when its snapshot was taken";
            case "d" -> "deleted it";
            default -> "changed " + changed(envelope.get("before"), envelope.get("after"));
        };
    }

    private static String changed(@Nullable Object before, @Nullable Object after) {
        if (!(before instanceof GenericRecord was) || !(after instanceof GenericRecord is)) {
            return row(after);
        }
        var changed = new ArrayList<String>();
        for (Schema.Field field : is.getSchema().getFields()) {
            Object from = optional(was, field.name());
            Object to = is.get(field.pos());
            if (!Objects.equals(from, to)) {
                changed.add(field.name() + " from " + value(from) + " to " + value(to));
            }
        }
        return changed.isEmpty() ? "nothing" : String.join(", ", changed);
    }

    static String row(@Nullable Object row) {
        return row == null ? "deleted" : value(row);
    }

    private static String value(@Nullable Object value) {
        return GenericData.get().toString(value);
    }

    private static @Nullable Object optional(GenericRecord record, String field) {
        return record.hasField(field) ? record.get(field) : null;
    }

    private void tell(long at, int step, String what, String says, Map<String, Object> more) {
        events.accept(new Event(at, step, site.text(), what, says, new HashMap<>(more)));
    }
}
