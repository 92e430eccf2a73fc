package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a few keys at all sites again and says in what they differ, if they still do. */
final class SecondLook {
    private static final int PORTION = 200;

    private SecondLook() {}

    static List<Difference> at(ComparedTable table, List<List<String>> keys, Readers readers) {
        var differences = new ArrayList<Difference>();
        for (int from = 0; from < keys.size(); from += PORTION) {
            List<List<String>> some = keys.subList(from, Math.min(keys.size(), from + PORTION));
            var rows = new LinkedHashMap<SiteId, List<Optional<List<String>>>>();
            readers.all().forEach(reader -> rows.put(reader.site().id(), reader.at(table, some)));
            for (int i = 0; i < some.size(); i++) {
                difference(table, some.get(i), i, rows).ifPresent(differences::add);
            }
        }
        return differences;
    }

    private static Optional<Difference> difference(
            ComparedTable table, List<String> key, int number, Map<SiteId, List<Optional<List<String>>>> rows) {
        var missing = new LinkedHashSet<SiteId>();
        var present = new ArrayList<List<String>>();
        rows.forEach((site, ofSite) -> ofSite.get(number).ifPresentOrElse(present::add, () -> missing.add(site)));
        int digest = rows.values().stream()
                .map(ofSite -> ofSite.get(number))
                .toList()
                .hashCode();
        var columns = new LinkedHashSet<String>();
        for (int i = 0; i < table.columns().size(); i++) {
            int column = i;
            if (present.stream().map(row -> row.get(column)).distinct().count() > 1) {
                columns.add(table.columns().get(i));
            }
        }
        boolean gone = present.isEmpty();
        return gone || missing.isEmpty() && columns.isEmpty()
                ? Optional.empty()
                : Optional.of(new Difference(table.id(), table.keyNames(), key, missing, columns, digest));
    }
}
