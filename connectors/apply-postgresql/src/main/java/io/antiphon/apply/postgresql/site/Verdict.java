package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.List;
import java.util.Map;

/** What a {@link Verification} found, a table each. */
public record Verdict(List<OfTable> tables) {
    public Verdict {
        tables = List.copyOf(tables);
    }

    /**
     * One table's.
     *
     * @param rows how many each site had when its rows were counted, in the order of the sites
     * @param differing how many keys do not have the same row everywhere
     * @param differences the first of those, in key order
     */
    public record OfTable(TableId table, Map<SiteId, Long> rows, long differing, List<Difference> differences) {
        public OfTable {
            differences = List.copyOf(differences);
        }

        /** Whether every key that differs is listed. */
        boolean complete() {
            return differing == differences.size();
        }
    }

    /** Whether all sites hold the same rows. */
    public boolean same() {
        return differing() == 0;
    }

    /** How many keys, of all tables, do not have the same row everywhere. */
    public long differing() {
        return tables.stream().mapToLong(OfTable::differing).sum();
    }

    /** The differences that are listed, of all tables. */
    public List<Difference> differences() {
        return tables.stream().flatMap(table -> table.differences().stream()).toList();
    }
}
