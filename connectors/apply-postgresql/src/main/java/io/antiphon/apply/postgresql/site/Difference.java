package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A key that does not have the same row at every site.
 *
 * @param keyColumns the key's columns
 * @param key their values, as texts
 * @param missingAt the sites that have no such row
 * @param columns the columns in which the rows that are there differ
 * @param digest of the rows of all sites, so that two looks can be told to have seen the same
 */
public record Difference(
        TableId table,
        List<String> keyColumns,
        List<String> key,
        Set<SiteId> missingAt,
        Set<String> columns,
        int digest) {
    public Difference {
        keyColumns = List.copyOf(keyColumns);
        key = List.copyOf(key);
    }

    /** Table, key and what differs, but no values outside the key. */
    @Override
    public String toString() {
        var line = new StringBuilder(table.toString()).append(" (");
        Iterator<String> values = key.iterator();
        line.append(
                keyColumns.stream().map(column -> column + "=" + values.next()).collect(Collectors.joining(", ")));
        line.append("): ");
        if (!missingAt.isEmpty()) {
            line.append("missing at ")
                    .append(missingAt.stream().map(SiteId::text).collect(Collectors.joining(", ")));
        }
        if (!columns.isEmpty()) {
            line.append(missingAt.isEmpty() ? "" : ", ").append("differs in ").append(String.join(", ", columns));
        }
        return line.toString();
    }
}
