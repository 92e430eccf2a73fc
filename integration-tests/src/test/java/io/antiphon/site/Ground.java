package io.antiphon.site;

import io.antiphon.config.Deletes;
import io.antiphon.config.Granularity;
import io.antiphon.config.MergeRule;
import io.antiphon.config.Table;
import io.antiphon.config.Truncate;
import io.antiphon.mesh.TableId;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Tables in a schema of their own that a mesh keeps in agreement.
 *
 * @param tables the statements that make them, the same at every site
 * @param before what a site holds before the mesh starts, by the site's name
 * @param rowWise the tables whose conflicts are decided by whole rows
 * @param merges {@code table column merge}, and the bounds of a sum
 * @param deletes {@code table policy}
 */
public record Ground(
        String schema,
        String tables,
        Map<String, String> before,
        Set<String> rowWise,
        List<String> merges,
        List<String> deletes) {
    public Ground {
        merges = List.copyOf(merges);
        deletes = List.copyOf(deletes);
        before = Map.copyOf(before);
        rowWise = Set.copyOf(rowWise);
    }

    public static Ground of(String schema, String tables) {
        return new Ground(schema, tables, Map.of(), Set.of(), List.of(), List.of());
    }

    void layAt(Site site) {
        site.writes("CREATE SCHEMA " + schema);
        site.in(schema).writes(tables);
        String data = before.getOrDefault(site.id().text(), "");
        if (!data.isBlank()) {
            site.in(schema).writes(data);
        }
    }

    /** A table of this ground as the configuration has it. */
    Table table(String name) {
        var rules = new LinkedHashMap<String, MergeRule>();
        for (String[] words : of(merges, name).toList()) {
            rules.put(
                    words[1],
                    new MergeRule(
                            words[2],
                            List.of(),
                            words.length > 3 ? new BigDecimal(words[3]) : null,
                            words.length > 4 ? new BigDecimal(words[4]) : null));
        }
        Deletes policy = of(deletes, name)
                .map(words -> Deletes.valueOf(words[1].toUpperCase(Locale.ROOT).replace('-', '_')))
                .findFirst()
                .orElse(Deletes.LAST_WRITER_WINS);
        return new Table(
                new TableId(schema, name),
                rowWise.contains(name) ? Granularity.ROW : Granularity.COLUMN,
                List.of(),
                MergeRule.lastWriterWins(),
                rules,
                policy,
                Truncate.HOLD,
                Set.of(),
                false);
    }

    private static Stream<String[]> of(List<String> lines, String table) {
        return lines.stream().map(line -> line.split(" ")).filter(words -> words[0].equals(table));
    }

    List<String> tablesAt(Site site) {
        return site.strings("SELECT tablename FROM pg_tables WHERE schemaname = '" + schema + "' ORDER BY tablename");
    }
}
