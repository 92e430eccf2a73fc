package io.antiphon.config;

import io.antiphon.mesh.TableId;
import java.util.HashSet;
import java.util.List;

/**
 * A table that is kept in agreement, and how its conflicts are decided.
 *
 * @param together groups of columns that move as one; a column is in one group at most
 */
public record Table(TableId id, Granularity granularity, List<List<String>> together) {
    public Table {
        together = together.stream().map(List::copyOf).toList();
        if (granularity == Granularity.ROW && !together.isEmpty()) {
            throw new IllegalArgumentException(
                    "columns that move together mean nothing where the whole row does: remove 'together' or 'granularity: row'");
        }
        var grouped = new HashSet<String>();
        for (List<String> group : together) {
            if (group.size() < 2) {
                throw new IllegalArgumentException("a group of columns that move together has at least two: " + group);
            }
            for (String column : group) {
                if (!grouped.add(column)) {
                    throw new IllegalArgumentException("column '" + column + "' is in two groups, or twice in one");
                }
            }
        }
    }

    /** A table with the defaults: column-wise, each column by itself. */
    public static Table of(TableId id) {
        return new Table(id, Granularity.COLUMN, List.of());
    }
}
