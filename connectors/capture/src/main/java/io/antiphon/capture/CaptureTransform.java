package io.antiphon.capture;

import io.antiphon.key.RowKey;
import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.Topics;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.header.Headers;
import org.apache.kafka.connect.transforms.Transformation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to a captured record before it is written to Kafka.
 *
 * <ul>
 *   <li>Rows of the captured tables get their key in canonical form and are otherwise left alone.
 *   <li>The insert that follows from a change of key also gets the row as it was under its former key, and both records of the change the names
 *       of the key columns: what the change itself wrote can be told from that.
 *   <li>Rows of our position table become answers, rows of our marker table become markers; both go to the captured topic-partition they speak
 *       of, where they stand among that partition's changes in the order of the site's log.
 *   <li>What says nothing is dropped: heartbeat rows, rows of other meshes, deleted position and marker rows, marker rows read by a snapshot,
 *       logical messages.
 * </ul>
 */
public final class CaptureTransform<R extends ConnectRecord<R>> implements Transformation<R> {
    static final String MESH = "mesh";
    static final String SITE = "site";

    private static final Logger LOG = LoggerFactory.getLogger(CaptureTransform.class);
    private static final String NEW_KEY = "__debezium.newkey";
    private static final String OLD_KEY = "__debezium.oldkey";
    private static final String KEY_COLUMNS = "antiphon.key-columns";
    private static final int SCHEMAS_KEPT = 1_000;

    private final Map<Schema, KeyForm> forms = new IdentityHashMap<>();
    private final Map<String, String> capturedTopics = new HashMap<>();
    private @Nullable Struct left;
    private String leftKey = "";
    private String mesh = "";
    private String site = "";
    private String capturePrefix = "";
    private String resolvedPrefix = "";
    private String ours = "";
    private String position = "";
    private String marker = "";
    private String messages = "";

    /** Made by Kafka Connect. */
    public CaptureTransform() {}

    @Override
    public ConfigDef config() {
        return new ConfigDef()
                .define(MESH, ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "The mesh this connector captures for.")
                .define(SITE, ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "The site it captures.");
    }

    @Override
    public void configure(Map<String, ?> configs) {
        Map<String, Object> parsed = config().parse(configs);
        try {
            var meshName = new MeshName(String.valueOf(parsed.get(MESH)));
            var siteId = new SiteId(String.valueOf(parsed.get(SITE)));
            var topics = new Topics(meshName);
            mesh = meshName.text();
            site = siteId.text();
            capturePrefix = topics.capturePrefix(siteId) + ".";
            resolvedPrefix = mesh + ".resolved.";
            ours = capturePrefix + DatabaseNames.SCHEMA + ".";
            position = topics.captured(siteId, DatabaseNames.POSITION);
            marker = topics.captured(siteId, DatabaseNames.MARKER);
            messages = capturePrefix + "message";
        } catch (IllegalArgumentException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    @Override
    @SuppressWarnings("NullAway") // Connect's API has no annotations: null drops the record
    public @Nullable R apply(R captured) {
        if (captured.topic().startsWith(ours)) {
            return ofOurs(captured);
        }
        if (captured.key() instanceof Struct key && captured.topic().startsWith(capturePrefix)) {
            return captured.topic().equals(messages) ? null : withCanonicalKey(captured, key);
        }
        return captured;
    }

    @Override
    public void close() {
        forms.clear();
    }

    private R withCanonicalKey(R captured, Struct key) {
        KeyForm form = form(key.schema(), captured.valueSchema());
        Headers headers = captured.headers();
        Object value = captured.value();
        String text = form.text(key);
        if (!headers.isEmpty()) {
            headers = withCanonicalKeys(headers, form, key.schema());
            value = withFormerRow(value, text, headers);
        }
        return captured.newRecord(
                captured.topic(),
                captured.kafkaPartition(),
                RowKeyConverter.ROW_KEY,
                text,
                captured.valueSchema(),
                value,
                captured.timestamp(),
                headers);
    }

    private static Headers withCanonicalKeys(Headers headers, KeyForm form, Schema keySchema) {
        Headers canonical = headers.duplicate();
        boolean any = false;
        for (String name : new String[] {NEW_KEY, OLD_KEY}) {
            Header header = canonical.lastWithName(name);
            if (header != null && header.value() instanceof Struct key) {
                canonical.remove(name);
                canonical.addString(name, form.text(key));
                any = true;
            }
        }
        if (any) {
            canonical.addString(
                    KEY_COLUMNS,
                    RowKey.of(keySchema.fields().stream().map(Field::name).toList())
                            .text());
        }
        return canonical;
    }

    /** Debezium sends the delete under the former key, and at once the insert under the new one, without the row as it was. */
    private @Nullable Object withFormerRow(@Nullable Object value, String key, Headers headers) {
        if (!(value instanceof Struct change)) {
            return value;
        }
        if (headers.lastWithName(NEW_KEY) != null) {
            left = change.getStruct("before");
            leftKey = key;
            return value;
        }
        Header former = headers.lastWithName(OLD_KEY);
        Struct row = left;
        left = null;
        if (former == null || row == null || !leftKey.equals(former.value())) {
            return value;
        }
        var completed = new Struct(change.schema());
        change.schema().fields().forEach(field -> completed.put(field, change.getWithoutDefault(field.name())));
        return completed.put("before", row);
    }

    private KeyForm form(Schema key, @Nullable Schema value) {
        KeyForm known = forms.get(key);
        if (known != null) {
            return known;
        }
        // Every table rebuild makes new schema objects; the old ones are not seen again.
        if (forms.size() >= SCHEMAS_KEPT) {
            forms.clear();
        }
        Field after = value == null ? null : value.field("after");
        KeyForm form = KeyForm.of(key, after == null ? null : after.schema());
        forms.put(key, form);
        return form;
    }

    private @Nullable R ofOurs(R captured) {
        boolean isPosition = captured.topic().equals(position);
        if (!isPosition && !captured.topic().equals(marker)) {
            return null;
        }
        if (!(captured.value() instanceof Struct change)) {
            return null;
        }
        Struct row = change.getStruct("after");
        if (row == null || !mesh.equals(row.getString("mesh"))) {
            return null;
        }
        boolean isSnapshot = "r".equals(change.getString("op"));
        if (!isPosition && isSnapshot) {
            return null;
        }
        Struct source = change.getStruct("source");
        return isPosition
                ? routed(captured, row, Answers.ANSWER, Answers.answer(site, row, source, isSnapshot))
                : routed(captured, row, Answers.MARKER, Answers.marker(row, source));
    }

    private @Nullable R routed(R captured, Struct row, Schema schema, Struct value) {
        String resolved = row.getString("resolved_topic");
        if (!resolved.startsWith(resolvedPrefix)) {
            LOG.error(
                    "captured.row-of-ours.dropped site={} table={} because it speaks of topic {} which is not a resolved topic of mesh {}",
                    site,
                    captured.topic().substring(capturePrefix.length()),
                    resolved,
                    mesh);
            return null;
        }
        String topic = capturedTopics.computeIfAbsent(
                resolved, name -> capturePrefix + name.substring(resolvedPrefix.length()));
        return captured.newRecord(
                topic, row.getInt32("resolved_partition"), null, null, schema, value, captured.timestamp());
    }
}
