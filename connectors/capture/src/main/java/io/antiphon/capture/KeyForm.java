package io.antiphon.capture;

import io.antiphon.key.RowKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** How the keys of one table are brought into canonical form; made once a schema, used for every row. */
final class KeyForm {
    private static final String SOURCE_TYPE = "__debezium.source.column.type";

    private final Field[] fields;
    private final KeyColumn[] columns;

    private KeyForm(Field[] fields, KeyColumn[] columns) {
        this.fields = fields;
        this.columns = columns;
    }

    /**
     * The form of keys with this schema.
     *
     * @param row schema of the whole row, whose columns name their types in the database; Debezium's key schema does not
     * @throws NotAKeyException if a column cannot be part of a key
     */
    static KeyForm of(Schema key, @Nullable Schema row) {
        var fields = key.fields().toArray(Field[]::new);
        var columns = new KeyColumn[fields.length];
        for (int i = 0; i < fields.length; i++) {
            columns[i] = KeyColumn.of(fields[i].name(), fields[i].schema(), sourceType(fields[i], row));
        }
        return new KeyForm(fields, columns);
    }

    /** The canonical text of a key, see {@link RowKey}. */
    String text(Struct key) {
        if (columns.length == 1 && value(key, 0) instanceof Long number) {
            return "[" + number + "]";
        }
        var text = new StringBuilder(24 * columns.length).append('[');
        for (int i = 0; i < columns.length; i++) {
            Object value = value(key, i);
            if (i > 0) {
                text.append(',');
            }
            if (value instanceof Long || value instanceof Boolean) {
                text.append(value);
            } else if (value instanceof String string && needsNoEscape(string)) {
                text.append('"').append(string).append('"');
            } else {
                return slowly(key);
            }
        }
        return text.append(']').toString();
    }

    private String slowly(Struct key) {
        List<Object> values = new ArrayList<>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            values.add(value(key, i));
        }
        return RowKey.of(values).text();
    }

    private Object value(Struct key, int column) {
        Object value = key.getWithoutDefault(fields[column].name());
        if (value == null) {
            throw new NotAKeyException(fields[column].name(), "it is null");
        }
        return columns[column].canonical(value);
    }

    private static boolean needsNoEscape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String sourceType(Field field, @Nullable Schema row) {
        String own = sourceType(field.schema());
        if (own != null || row == null) {
            return own;
        }
        Field column = row.field(field.name());
        return column == null ? null : sourceType(column.schema());
    }

    private static @Nullable String sourceType(Schema schema) {
        Map<String, String> parameters = schema.parameters();
        return parameters == null ? null : parameters.get(SOURCE_TYPE);
    }
}
