package io.antiphon.local.bench;

import io.antiphon.local.stack.Home;
import io.antiphon.mesh.TableId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** One run of the benchmark, from nothing to a report. Leaves nothing behind. */
public final class BenchRun {
    private static final String PREFIX = "antiphon-bench-";
    private static final String CAPTURE_OTHER = "capture-" + Rig.OTHER;

    private static final int MOST_ROUNDS = 12;
    private static final double STILL_WARMING = 0.05;
    /** How many times what is measured of a stage alone: the others before it warm up a process that has just been started. */
    private static final int BACKLOGS = 4;

    private final Plan plan;
    private final Telling telling;
    private final Report report;
    private final Rig rig;
    private final String big;
    private final String single;
    private final String latency;
    private long lastId;

    private BenchRun(Plan plan, Telling telling, Rig rig) {
        this.plan = plan;
        this.telling = telling;
        this.report = new Report(telling::step);
        this.rig = rig;
        this.big = String.format(Locale.ROOT, "one transaction of %,d rows", plan.rows());
        this.single = String.format(Locale.ROOT, "%,d single-row transactions", plan.transactions());
        this.latency = String.format(
                Locale.ROOT,
                "%,d rows/s for %d s, commit to applied",
                plan.rate(),
                plan.steady().toSeconds());
    }

    /** Measures everything the plan says. */
    public static Report of(Plan plan, Telling telling) {
        Path folder = temporaryFolder();
        String load = Machine.load();
        try (Rig rig = Rig.start(folder, plan, telling);
                MemoryWatch memory = MemoryWatch.of(rig.processes())) {
            var run = new BenchRun(plan, telling, rig);
            run.report.circumstance("machine", Machine.inWords());
            run.report.circumstance("load", load + " before, shared with whatever else runs here");
            run.report.circumstance("settings", rig.settings());
            run.measure(memory);
            return run.report;
        } finally {
            Home.delete(folder);
        }
    }

    private void measure(MemoryWatch memory) {
        warmUp();
        if (plan.has(Scenario.BIG)) {
            big();
            bigWithoutEcho();
        }
        if (plan.has(Scenario.SINGLE)) {
            single();
        }
        if (plan.has(Scenario.HOT)) {
            hot();
        }
        if (plan.has(Scenario.LATENCY)) {
            latency(rig.other(), report::add, "p99 < 500 ms");
        }
        state("state of a row", Rig.TABLE);
        report.add(Figure.of("memory", "peak of all processes together", "MB", memory.peak() / 1e6)
                .aimedAt("< 3,000"));
        if (plan.has(Scenario.STAGES)) {
            stages();
        }
        if (plan.has(Scenario.MERGES)) {
            new Merges(rig, telling, report).measure(plan.rows() / 2, this::next);
            state("state of a row with a merge for each column", Merges.MERGED);
        }
        if (plan.baseline()) {
            baseline();
        }
        explain();
    }

    private Ids next(long count) {
        var ids = new Ids(lastId + 1, lastId + count);
        lastId += count;
        return ids;
    }

    /** Java compiles what runs often while it runs, on the processors that are measured: that has to be over. */
    private void warmUp() {
        for (int round = 1; round <= MOST_ROUNDS; round++) {
            telling.step("warming up, round " + round);
            ProcessTimes.PerRow took = roundOfWarmingUp();
            telling.step(String.format(
                    Locale.ROOT, "  %.0f µs/row, Java's compilers %.1f of it", took.all(), took.compilers()));
            if (took.compilers() <= took.all() * STILL_WARMING) {
                return;
            }
        }
    }

    private ProcessTimes.PerRow roundOfWarmingUp() {
        ProcessTimes.Reading before = rig.processes().read();
        for (Load site : List.of(rig.author(), rig.other())) {
            Ids ids = next(plan.rows() / 2);
            site.oneTransaction(ids);
            rig.awaitRows(site == rig.author() ? rig.other() : rig.author(), ids);
        }
        Ids ids = next(plan.transactions() / 2);
        rig.author().singleRows(ids);
        rig.awaitRows(rig.other(), ids);
        rig.awaitQuiet();
        return rig.processes().read().perRow(before, plan.rows());
    }

    private void big() {
        telling.step(big + ", echoes included");
        Ids ids = next(plan.rows());
        long echoesBefore = rig.topics().written(rig.captured(Rig.OTHER));
        ProcessTimes.Reading before = rig.processes().read();
        rig.author().oneTransaction(ids);
        rig.awaitRows(rig.other(), ids);
        rig.awaitTrue(
                "the echoes",
                50,
                () -> rig.topics().written(rig.captured(Rig.OTHER)) >= echoesBefore + ids.count()
                        && rig.resolverHasRead() >= rig.capturedOfBoth());
        long settled = Rig.now();
        ProcessTimes.Reading after = rig.processes().read();
        long commit = CommitTimes.of(rig.author().connection(), ids).last();
        CommitTimes applied = CommitTimes.of(rig.other().connection(), ids);
        report.add(Figure.of(big, "end to end, echoes included", "rows/s", rate(ids, settled - commit))
                .aimedAt("≥ 0.6 × debezium"));
        report.add(Figure.of(big, "applied, while echoes are taken in", "rows/s", rate(ids, applied.last() - commit)));
        after.perRow(before, ids.count()).figures(big, "end to end").forEach(report::add);
        rig.awaitQuiet();
    }

    private void bigWithoutEcho() {
        telling.step(big + ", with the other site's capture stopped");
        rig.stop(CAPTURE_OTHER);
        // What was compiled for two captures is compiled anew for one.
        Ids warming = next(plan.rows() / 2);
        rig.author().oneTransaction(warming);
        rig.awaitRows(rig.other(), warming);
        rig.awaitQuiet();
        Ids ids = next(plan.rows());
        ProcessTimes.Reading before = rig.processes().read();
        rig.author().oneTransaction(ids);
        rig.awaitRows(rig.other(), ids);
        ProcessTimes.Reading after = rig.processes().read();
        long commit = CommitTimes.of(rig.author().connection(), ids).last();
        long applied = CommitTimes.of(rig.other().connection(), ids).last();
        report.add(Figure.of(big, "end to end, the echo's cost taken out", "rows/s", rate(ids, applied - commit))
                .aimedAt("≥ 1.0 × debezium"));
        after.perRow(before, ids.count()).figures(big, "without echo").forEach(report::add);
        rig.resume(CAPTURE_OTHER);
        rig.awaitTrue("the other site's capture", 100, () -> rig.resolverHasRead() >= rig.capturedOfBoth());
        rig.awaitQuiet();
    }

    private void single() {
        telling.step(single);
        Ids ids = next(plan.transactions());
        ProcessTimes.Reading before = rig.processes().read();
        rig.author().singleRows(ids);
        rig.awaitRows(rig.other(), ids);
        behind(ids, rig.other(), report::add);
        rig.awaitTrue("the echoes", 50, () -> rig.resolverHasRead() >= rig.capturedOfBoth());
        rig.processes()
                .read()
                .perRow(before, ids.count())
                .figures(single, "end to end")
                .forEach(report::add);
        rig.awaitQuiet();
    }

    private void behind(Ids ids, Load target, Consumer<Figure> into) {
        CommitTimes written = CommitTimes.of(rig.author().connection(), ids);
        CommitTimes applied = CommitTimes.of(target.connection(), ids);
        into.accept(Figure.of(single, "end to end", "rows/s", rate(ids, applied.last() - written.first())));
        into.accept(Figure.of(single, "written", "rows/s", rate(ids, written.last() - written.first())));
        into.accept(Figure.of(single, "all applied after the last commit", "s", (applied.last() - written.last()) / 1e6)
                .aimedAt("≤ 1 s"));
    }

    private void hot() {
        var contest = new Contest(rig, plan, telling, report);
        Ids items = next(Plan.HOT_ROWS);
        rig.author().oneTransaction(items);
        rig.awaitRows(rig.other(), items);
        contest.lastWriterWins(items);
        Ids counters = next(Plan.HOT_ROWS);
        rig.author().counters(counters);
        rig.awaitCount("counters", counters.count(), () -> rig.other().count("counter", counters));
        contest.addDeltas(counters);
        state("state of a counter, add-deltas", Rig.COUNTERS);
    }

    private void latency(Load target, Consumer<Figure> into, String aim) {
        telling.step(latency);
        long rampUp = plan.rate() * 2L;
        Ids all = next(rampUp + plan.rate() * plan.steady().toSeconds());
        ProcessTimes.Reading before = rig.processes().read();
        long began = Rig.now();
        rig.author().steadily(all, plan.rate());
        long ended = Rig.now();
        rig.awaitRows(target, all);
        ProcessTimes.Reading after = rig.processes().read();
        Ids ids = all.without(rampUp);
        long[] took = CommitTimes.between(rig.author().connection(), target.connection(), ids);
        into.accept(Figure.of(latency, "written", "rows/s", all.count() * 1e6 / (ended - began)));
        into.accept(Figure.of(latency, "p50", "ms", CommitTimes.percentile(took, 0.50) / 1e3));
        into.accept(Figure.of(latency, "p95", "ms", CommitTimes.percentile(took, 0.95) / 1e3));
        into.accept(Figure.of(latency, "p99", "ms", CommitTimes.percentile(took, 0.99) / 1e3)
                .aimedAt(aim));
        into.accept(Figure.of(latency, "longest", "ms", took[took.length - 1] / 1e3));
        after.perRow(before, all.count()).figures(latency, "end to end").forEach(into);
    }

    private void state(String name, TableId table) {
        telling.step("looking at what the resolver keeps");
        rig.awaitQuiet();
        StateSize size = StateSize.of(rig.stack().endpoints(), rig.topics(), rig.resolved(table));
        int sites = rig.configuration().sites().size();
        report.add(Figure.of(name, "the row", "bytes", size.row()));
        report.add(Figure.of(name, "what is kept beside it", "bytes", size.state() - size.row())
                .aimedAt("≤ 64 + 24 × " + sites + " = " + (64 + 24 * sites)));
        report.add(Figure.of(name, "the key it is kept under", "bytes", size.key()));
    }

    /** The last part of each backlog is measured, those before warm the stage up. */
    private void stages() {
        rig.awaitQuiet();
        rig.stopSinks();
        rig.stopResolver();
        Ids warming = next(plan.rows());
        captureAlone(warming);
        for (int i = 2; i < BACKLOGS; i++) {
            Ids more = next(plan.rows());
            captureAlone(more);
            warming = warming.and(more);
        }
        Ids measured = next(plan.rows());
        Captured capture = captureAlone(measured);
        report.add(Figure.of("each stage alone", "capture", "rows/s", capture.rowsPerSecond()));
        capture.cpu().figures("each stage alone", "capture").forEach(report::add);
        resolverAlone();
        rig.stop(CAPTURE_OTHER);
        telling.step("the sink alone");
        ProcessTimes.Reading[] half = new ProcessTimes.Reading[1];
        long[] there = new long[1];
        rig.resumeSinkOf(rig.other());
        rig.awaitRows(rig.other(), warming);
        half[0] = rig.processes().read();
        there[0] = rig.other().count(warming.and(measured));
        rig.awaitRows(rig.other(), measured);
        ProcessTimes.Reading after = rig.processes().read();
        report.add(Figure.of(
                        "each stage alone",
                        "sink",
                        "rows/s",
                        CommitTimes.of(rig.other().connection(), warming.and(measured))
                                .rateOfLast(plan.rows()))
                .aimedAt("≥ 2 × debezium"));
        after.perRow(half[0], warming.and(measured).count() - there[0])
                .figures("each stage alone", "sink")
                .forEach(report::add);
        rig.resume(CAPTURE_OTHER);
        rig.resumeSinkOf(rig.author());
        rig.awaitQuiet();
    }

    private Captured captureAlone(Ids ids) {
        telling.step("capture alone");
        long written = rig.topics().written(rig.captured(Rig.AUTHOR));
        ProcessTimes.Reading before = rig.processes().read();
        rig.author().oneTransaction(ids);
        rig.awaitCount("captured", ids.count(), () -> rig.topics().written(rig.captured(Rig.AUTHOR)) - written);
        long captured = Rig.now();
        ProcessTimes.PerRow cpu = rig.processes().read().perRow(before, ids.count());
        long committed = CommitTimes.of(rig.author().connection(), ids).last();
        return new Captured(rate(ids, captured - committed), cpu);
    }

    private record Captured(double rowsPerSecond, ProcessTimes.PerRow cpu) {}

    private void resolverAlone() {
        telling.step("the resolver alone");
        ResolverAlone took = ResolverAlone.of(rig, plan.rows());
        report.add(Figure.of("each stage alone", "resolver", "rows/s", took.rowsPerSecond())
                .aimedAt("≥ capture"));
        took.cpu().figures("each stage alone", "resolver").forEach(report::add);
    }

    private void baseline() {
        telling.step("Debezium's own sink over the same captured topics");
        rig.awaitQuiet();
        rig.stopSinks();
        rig.stop(CAPTURE_OTHER);
        rig.stopResolver();
        Ids captured = new Ids(1, lastId);
        Baseline baseline = Baseline.of(rig);
        Load copy = baseline.target();
        long backlog = rig.author().count(captured);
        long middle = Math.max(1, backlog - plan.rows());
        baseline.start();
        rig.awaitCount("copied", middle, () -> copy.count(captured));
        ProcessTimes.Reading before = rig.processes().read();
        long from = copy.count(captured);
        rig.awaitTrue("the copy", 100, () -> copy.count(captured) >= backlog);
        ProcessTimes.Reading after = rig.processes().read();
        if (plan.has(Scenario.STAGES)) {
            report.addBaseline(Figure.of(
                    "each stage alone",
                    "sink",
                    "rows/s",
                    CommitTimes.of(copy.connection(), captured).rateOfLast(plan.rows())));
            after.perRow(before, backlog - from)
                    .figures("each stage alone", "sink")
                    .forEach(report::addBaseline);
        }
        if (plan.has(Scenario.BIG)) {
            baselineBig(copy);
        }
        if (plan.has(Scenario.SINGLE)) {
            telling.step("the same: " + single);
            Ids ids = next(plan.transactions());
            ProcessTimes.Reading earlier = rig.processes().read();
            rig.author().singleRows(ids);
            rig.awaitRows(copy, ids);
            behind(ids, copy, report::addBaseline);
            rig.processes()
                    .read()
                    .perRow(earlier, ids.count())
                    .figures(single, "end to end")
                    .forEach(report::addBaseline);
        }
        if (plan.has(Scenario.LATENCY)) {
            latency(copy, report::addBaseline, "");
        }
        baseline.stop();
    }

    private void baselineBig(Load copy) {
        telling.step("the same: " + big);
        Ids ids = next(plan.rows());
        ProcessTimes.Reading before = rig.processes().read();
        rig.author().oneTransaction(ids);
        rig.awaitRows(copy, ids);
        ProcessTimes.Reading after = rig.processes().read();
        long commit = CommitTimes.of(rig.author().connection(), ids).last();
        double rate = rate(ids, CommitTimes.of(copy.connection(), ids).last() - commit);
        report.addBaseline(Figure.of(big, "end to end, echoes included", "rows/s", rate));
        for (String same : List.of("applied, while echoes are taken in", "end to end, the echo's cost taken out")) {
            report.compare(big, same, "end to end, echoes included");
        }
        after.perRow(before, ids.count()).figures(big, "end to end").forEach(report::addBaseline);
        after.perRow(before, ids.count()).figures(big, "without echo").forEach(report::addBaseline);
    }

    private void explain() {
        report.note("end to end, echoes included: from the commit at " + Rig.AUTHOR + " until the last row is at "
                + Rig.OTHER + ", its capture has read every echo and the resolver has taken it in.");
        report.note(String.format(
                Locale.ROOT,
                "measured when Java's compilers took less than %.0f %% of a round of warming up, of which there are %d at most.",
                STILL_WARMING * 100,
                MOST_ROUNDS));
        report.note("the echo's cost taken out: the same with the capture of " + Rig.OTHER
                + " stopped, so that nobody decodes, carries or resolves an echo, until the last row is at " + Rig.OTHER
                + "; the echoes are made up for afterwards.");
        report.note("each stage alone: nothing else of the pipeline works; the last part of a backlog " + BACKLOGS
                + " times as long is measured, the others warm up. Commit times are those PostgreSQL keeps.");
        report.note(
                "CPU is user and system time of the process with its children, the sessions that write and look excepted.");
        if (plan.has(Scenario.HOT)) {
            report.note(
                    "increments: each also notes when it was made, so that the captured topics say what each was made on, and which of them a"
                            + " losing row stands for.");
        }
        if (plan.baseline()) {
            report.note(
                    "debezium: the same capture, then Debezium's JDBC sink (upsert, batch.size 2000, reduction buffer, rewritten inserts, "
                            + rig.tasks()
                            + " tasks) into a third server; nothing resolves, nothing is captured again, our resolver and sinks are down.");
        }
    }

    private static double rate(Ids ids, long micros) {
        return ids.count() * 1e6 / Math.max(1, micros);
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory(PREFIX);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
