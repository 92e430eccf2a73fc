package io.antiphon.topology;

import io.antiphon.config.Granularity;
import io.antiphon.config.MergeRule;
import io.antiphon.config.Table;
import io.antiphon.merge.Merge;
import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Columns;
import io.antiphon.resolve.Columns.Unit;
import io.antiphon.resolve.Deletes;
import io.antiphon.resolve.Policy;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;

/** What the configuration says of a table's columns, as the resolver takes it, now that their types are known. */
final class Policies {
    private static final Set<Schema.Type> SIMPLE = Set.of(
            Schema.Type.INT,
            Schema.Type.LONG,
            Schema.Type.BOOLEAN,
            Schema.Type.FLOAT,
            Schema.Type.DOUBLE,
            Schema.Type.STRING,
            Schema.Type.BYTES);

    private final Table table;
    private final RowLayout layout;
    private final List<SiteId> sites;
    private final List<Unit> units = new ArrayList<>();

    private Policies(Table table, RowLayout layout, List<SiteId> sites) {
        this.table = table;
        this.layout = layout;
        this.sites = sites;
    }

    /**
     * How the columns of this layout are decided.
     *
     * @throws UnfitMergeException if a merge cannot merge the values of its column
     */
    static Columns of(Table table, RowLayout layout, List<SiteId> sites) {
        return new Policies(table, layout, sites).columns();
    }

    private Columns columns() {
        List<BitSet> groups = groups();
        var single = new BitSet();
        single.set(0, layout.size());
        for (BitSet group : groups) {
            single.andNot(group);
            rule(group, table.merge());
        }
        for (int column = single.nextSetBit(0); column >= 0; column = single.nextSetBit(column + 1)) {
            var alone = new BitSet();
            alone.set(column);
            rule(alone, table.mergeOf(layout.trueName(column)));
        }
        return new Columns(
                layout.size(),
                groups,
                List.copyOf(units),
                Deletes.valueOf(table.deletes().name()));
    }

    private List<BitSet> groups() {
        if (table.granularity() == Granularity.ROW) {
            return Columns.together(layout.size()).groups();
        }
        var groups = new ArrayList<BitSet>();
        for (List<String> names : table.together()) {
            var group = new BitSet();
            names.stream()
                    .mapToInt(layout::positionOfTrueName)
                    .filter(i -> i >= 0)
                    .forEach(group::set);
            groups.add(group);
        }
        return List.copyOf(groups);
    }

    private void rule(BitSet columns, MergeRule rule) {
        if (rule.isLastWriterWins() || columns.isEmpty()) {
            return;
        }
        columns.stream().forEach(column -> fits(column, rule));
        int column = columns.nextSetBit(0);
        var values = new ColumnValues(layout.sourceType(column), layout.type(column));
        Policy policy =
                switch (rule.name()) {
                    case MergeRule.FIRST_WRITER_WINS -> Policy.Choice.firstWriterWins();
                    case MergeRule.SITE_PRIORITY ->
                        Policy.Choice.sitePriority(rule.priority().isEmpty() ? sites : rule.priority());
                    case MergeRule.MAX -> new Policy.Combination(rule.name(), values.greater());
                    case MergeRule.MIN -> new Policy.Combination(rule.name(), values.less());
                    case MergeRule.UNION -> new Policy.Combination(rule.name(), values.union());
                    case MergeRule.ADD_DELTAS -> new Policy.Deltas(values.amounts(rule.atLeast(), rule.atMost()));
                    case MergeRule.JSON_MERGE -> new Policy.Parts(new JsonParts());
                    default -> new Policy.Combination(rule.name(), values.merged(own(rule.name())));
                };
        units.add(new Unit(columns, policy));
    }

    private static Merge own(String name) {
        return MergeRule.own(name).orElseThrow();
    }

    private void fits(int column, MergeRule rule) {
        rule.misfit(layout.trueName(column), layout.sourceType(column)).ifPresent(problem -> {
            throw new UnfitMergeException("table " + table.id() + ": " + problem + ": choose another merge for it");
        });
        if (!SIMPLE.contains(layout.type(column).getType())) {
            throw new UnfitMergeException("table " + table.id() + ": column " + layout.trueName(column) + " is "
                    + layout.sourceType(column) + ", which only " + MergeRule.LAST_WRITER_WINS
                    + " decides: say so of it");
        }
    }
}
