package io.antiphon.apply;

import io.antiphon.key.RowKey;
import java.util.List;

/**
 * A row that stands at the site and has a unique value an outcome needs.
 *
 * @param columns of the unique index; those of an expression are not named
 * @param row its values of the key and of those columns, as JSON
 */
public record Holder(RowKey key, List<String> columns, String row) {
    /** Copies what could be changed. */
    public Holder {
        columns = List.copyOf(columns);
    }
}
