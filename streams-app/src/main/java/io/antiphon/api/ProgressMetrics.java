package io.antiphon.api;

import io.antiphon.mesh.TableId;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** The resolver's progress as metrics; their names are what dashboards hold on to. */
record ProgressMetrics(Progress progress) implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        progress.sites().forEach(site -> {
            count(
                    registry,
                    site,
                    "antiphon.changes.captured",
                    "Changes read from the site's log.",
                    SiteProgress::captured);
            count(
                    registry,
                    site,
                    "antiphon.changes.decided",
                    "Changes of the site that were decided.",
                    SiteProgress::decided);
            count(
                    registry,
                    site,
                    "antiphon.rows.applied",
                    "Rows the site answered to have written.",
                    SiteProgress::applied);
            count(
                    registry,
                    site,
                    "antiphon.guard.refusals",
                    "Outcomes the site's guard refused.",
                    SiteProgress::refusals);
            count(
                    registry,
                    site,
                    "antiphon.dead.letters",
                    "Records of the site that could not be read, and rows that could not be written there.",
                    SiteProgress::deadLetters);
            count(
                    registry,
                    site,
                    "antiphon.clock.pulled.back",
                    "Changes whose commit time was further ahead than the allowed clock skew.",
                    SiteProgress::pulledBack);
            count(
                    registry,
                    site,
                    "antiphon.fall.backs",
                    "Rows the site held in an older version than it was believed to.",
                    SiteProgress::fellBack);
            Gauge.builder("antiphon.lag", site, SiteProgress::lagSeconds)
                    .description("From commit at the author's site to applied at this one, of the slowest partition.")
                    .baseUnit("seconds")
                    .tag("site", site.site().text())
                    .register(registry);
        });
        progress.tables().forEach(table -> ofTable(registry, table));
    }

    private void ofTable(MeterRegistry registry, TableId table) {
        Tags tags = Tags.of("table", table.toString());
        FunctionCounter.builder("antiphon.conflicts", progress, it -> it.conflicts(table))
                .description("Concurrent changes of one row that a policy decided between.")
                .tags(tags)
                .register(registry);
        Gauge.builder("antiphon.table.held", progress, it -> it.heldFor(table) == null ? 0 : 1)
                .description("1 while the table is not decided on; the status says why.")
                .tags(tags)
                .register(registry);
    }

    private static void count(
            MeterRegistry registry, SiteProgress site, String name, String says, ToDoubleFunction<SiteProgress> count) {
        FunctionCounter.builder(name, site, count)
                .description(says)
                .tag("site", site.site().text())
                .register(registry);
    }
}
