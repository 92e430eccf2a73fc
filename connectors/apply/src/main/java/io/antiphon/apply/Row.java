package io.antiphon.apply;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/** The values of a resolved row, one a column, each as Connect's types have it. */
public final class Row {
    private final Schema columns;
    private final @Nullable Object[] values;

    Row(Schema columns, @Nullable Object[] values) {
        if (values.length != columns.fields().size()) {
            throw new IllegalArgumentException(
                    values.length + " values do not fill " + columns.fields().size() + " columns");
        }
        this.columns = columns;
        this.values = values;
    }

    /** Its columns; rows with the same ones share this very object. */
    public Schema columns() {
        return columns;
    }

    /** The column's value, null where the row has none. */
    public @Nullable Object value(Field column) {
        return values[column.index()];
    }
}
