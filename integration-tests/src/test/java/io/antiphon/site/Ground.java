package io.antiphon.site;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tables in a schema of their own that a mesh keeps in agreement.
 *
 * @param tables the statements that make them, the same at every site
 * @param before what a site holds before the mesh starts, by the site's name
 * @param rowWise the tables whose conflicts are decided by whole rows
 */
public record Ground(String schema, String tables, Map<String, String> before, Set<String> rowWise) {
    public Ground {
        before = Map.copyOf(before);
        rowWise = Set.copyOf(rowWise);
    }

    public static Ground of(String schema, String tables) {
        return new Ground(schema, tables, Map.of(), Set.of());
    }

    void layAt(Site site) {
        site.writes("CREATE SCHEMA " + schema);
        site.in(schema).writes(tables);
        String data = before.getOrDefault(site.id().text(), "");
        if (!data.isBlank()) {
            site.in(schema).writes(data);
        }
    }

    List<String> tablesAt(Site site) {
        return site.strings("SELECT tablename FROM pg_tables WHERE schemaname = '" + schema + "' ORDER BY tablename");
    }
}
