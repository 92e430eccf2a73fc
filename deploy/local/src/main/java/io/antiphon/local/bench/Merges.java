package io.antiphon.local.bench;

import io.antiphon.config.Deletes;
import io.antiphon.config.Granularity;
import io.antiphon.config.MergeRule;
import io.antiphon.config.Table;
import io.antiphon.config.Truncate;
import io.antiphon.mesh.TableId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** What merges cost: the same inserts and updates of two tables that are alike but for them, and the resolver alone over each. */
final class Merges {
    /** As {@link Load#VARIOUS} makes it, every column decided by the last writer. */
    static final TableId PLAIN = new TableId("public", "plain");
    /** The same with a merge for each column. */
    static final TableId MERGED = new TableId("public", "merged");

    private static final int ROUNDS = 5;

    private final Rig rig;
    private final Telling telling;
    private final Report report;

    Merges(Rig rig, Telling telling, Report report) {
        this.rig = rig;
        this.telling = telling;
        this.report = report;
    }

    static List<Table> tables() {
        return List.of(
                Table.of(PLAIN),
                new Table(
                        MERGED,
                        Granularity.COLUMN,
                        List.of(List.of("street", "city")),
                        MergeRule.lastWriterWins(),
                        Map.of(
                                "name", MergeRule.of(MergeRule.FIRST_WRITER_WINS),
                                "owner", MergeRule.of(MergeRule.SITE_PRIORITY),
                                "most", MergeRule.of(MergeRule.MAX),
                                "least", MergeRule.of(MergeRule.MIN),
                                "amount", MergeRule.of(MergeRule.ADD_DELTAS),
                                "tags", MergeRule.of(MergeRule.UNION),
                                "more", MergeRule.of(MergeRule.JSON_MERGE)),
                        Deletes.UPDATE_WINS,
                        Truncate.HOLD,
                        Set.of(),
                        false));
    }

    /** The sinks and the resolver work again afterwards. */
    void measure(int rows, LongFunction<Ids> next) {
        List<Ids> rounds =
                LongStream.range(0, ROUNDS).mapToObj(round -> next.apply(rows)).toList();
        compare("inserts", rows, (table, round) -> rig.author().various(table.name(), rounds.get(round)));
        Ids last = rounds.get(ROUNDS - 1);
        compare("updates", rows, (table, round) -> rig.author().updateEach(table.name(), round, last));
    }

    private interface Writing {
        void write(TableId table, int round);
    }

    private void compare(String what, int rows, Writing writing) {
        rig.awaitQuiet();
        rig.stopSinks();
        double plain = over(PLAIN, "last-writer-wins", what, rows, writing, "");
        over(
                MERGED,
                "a merge for each column",
                what,
                rows,
                writing,
                String.format(Locale.ROOT, "≥ %,.0f", plain * 0.9));
        rig.resumeSinks();
        rig.awaitQuiet();
    }

    private double over(TableId table, String policies, String what, int rows, Writing writing, String aim) {
        String scenario = "the resolver alone over " + what;
        telling.step(scenario + ", " + policies);
        rig.awaitQuiet();
        rig.stopResolver();
        long written = rig.capturedOfBoth();
        for (int round = 0; round < ROUNDS; round++) {
            writing.write(table, round);
        }
        rig.awaitCount("captured", (long) ROUNDS * rows, () -> rig.capturedOfBoth() - written);
        ResolverAlone took = ResolverAlone.of(rig, rows);
        report.add(Figure.of(scenario, policies, "rows/s", took.rowsPerSecond()).aimedAt(aim));
        took.cpu().figures(scenario, policies).forEach(report::add);
        return took.rowsPerSecond();
    }
}
