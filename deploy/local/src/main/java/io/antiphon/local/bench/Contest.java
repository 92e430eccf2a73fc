package io.antiphon.local.bench;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Both sites add one to rows chosen at random among the same few, as fast as they can. */
final class Contest {
    private static final String ADD = "amount = amount + 1";

    private final Rig rig;
    private final Plan plan;
    private final Telling telling;
    private final Report report;
    private final String name;

    Contest(Rig rig, Plan plan, Telling telling, Report report) {
        this.rig = rig;
        this.plan = plan;
        this.telling = telling;
        this.report = report;
        this.name =
                String.format(Locale.ROOT, "both sites: %,d increments of %,d rows", plan.increments(), Plan.HOT_ROWS);
    }

    /** One of two that did not know of each other is lost, and has to be in the conflict log. */
    void lastWriterWins(Ids ids) {
        var before = Losses.begin(rig);
        run(name, "item", ADD + ", changed = clock_timestamp()", ids, "increments that survived", "");
        Losses losses = Losses.since(before, rig);
        var rows = rig.author().made(ids);
        int lost = losses.made() - losses.kept(rows);
        report.add(Figure.of(name, "increments that lost, by the sites' own logs", "", lost));
        report.add(Figure.of(name, "of these, in losing rows of the conflict log", "", losses.logged(rows))
                .aimedAt(Integer.toString(lost)));
        report.add(Figure.of(name, "conflicts in the log", "", losses.conflicts()));
    }

    /** What each site added counts. */
    void addDeltas(Ids ids) {
        String aim = Integer.toString(plan.increments());
        run(name + ", add-deltas", "counter", ADD, ids, "increments kept", aim);
    }

    private void run(String scenario, String table, String change, Ids ids, String kept, String aim) {
        telling.step(scenario);
        rig.awaitQuiet();
        int each = plan.increments() / 2;
        long start = rig.author().sum(table, ids);
        ProcessTimes.Reading before = rig.processes().read();
        long began = Rig.now();
        var elsewhere = CompletableFuture.runAsync(() -> rig.other().updates(table, change, ids, each));
        try {
            rig.author().updates(table, change, ids, each);
            elsewhere.join();
        } finally {
            rig.other().cancel();
        }
        long written = Rig.now();
        rig.awaitQuiet();
        ProcessTimes.Reading after = rig.processes().read();
        boolean same = rig.author().digest(table, ids).equals(rig.other().digest(table, ids));
        report.add(Figure.of(scenario, "sites are equal afterwards (1 is yes)", "", same ? 1 : 0)
                .aimedAt("1"));
        report.add(Figure.of(scenario, "written", "rows/s", plan.increments() * 1e6 / (written - began)));
        report.add(Figure.of(scenario, kept, "", rig.author().sum(table, ids) - start)
                .aimedAt(aim));
        after.perRow(before, plan.increments()).figures(scenario, "end to end").forEach(report::add);
    }
}
