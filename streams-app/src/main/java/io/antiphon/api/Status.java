package io.antiphon.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code /api/status} tells, as it is written in JSON; counts are since the resolver started. */
record Status(String mesh, String state, Map<String, OfSite> sites, Map<String, OfTable> tables, long conflicts) {

    /** One site's part; {@code lagSeconds} is that of its slowest partition. */
    record OfSite(
            long captured,
            long decided,
            long applied,
            double lagSeconds,
            long refusals,
            long deadLetters,
            long pulledBack,
            long fellBack) {}

    /** One table's part; {@code held} is the reason it is not decided on, null where it is. */
    record OfTable(@Nullable String held, long conflicts) {}

    static Status of(Progress progress, Running running) {
        var sites = new LinkedHashMap<String, OfSite>();
        progress.sites().forEach(site -> sites.put(site.site().text(), ofSite(site)));
        var tables = new LinkedHashMap<String, OfTable>();
        progress.tables()
                .forEach(table ->
                        tables.put(table.toString(), new OfTable(progress.heldFor(table), progress.conflicts(table))));
        return new Status(progress.mesh().text(), running.word(), sites, tables, progress.conflicts());
    }

    private static OfSite ofSite(SiteProgress site) {
        return new OfSite(
                site.captured(),
                site.decided(),
                site.applied(),
                site.lagSeconds(),
                site.refusals(),
                site.deadLetters(),
                site.pulledBack(),
                site.fellBack());
    }
}
