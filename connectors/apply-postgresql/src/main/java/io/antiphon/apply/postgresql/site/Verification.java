package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares tables of all sites row by row.
 *
 * <p>Every column counts, generated ones too: they are values like any other. Two values are the same when the database spells them the
 * same, under settings that leave nothing out. The sites are read one after the other while applications go on writing, so what has not
 * arrived yet shows as a difference: wait until it has, then {@linkplain #lookAgain look again}.
 *
 * <p>Memory is bounded by the number of differences listed, not by the tables: each site streams its rows in key order, and only keys and
 * digests leave the database.
 *
 * <p>Both methods throw {@link SiteException} where nothing can be said: a site is away, or its table has another key or other columns.
 */
public final class Verification {
    private final List<PostgresSite> sites;
    private final List<TableId> tables;
    private final int listed;

    /** @param listed how many differences of a table are listed at most; all are counted */
    public Verification(List<PostgresSite> sites, List<TableId> tables, int listed) {
        this.sites = List.copyOf(sites);
        this.tables = List.copyOf(tables);
        this.listed = listed;
    }

    /** Compares everything. */
    public Verdict compare(Progress progress) {
        try (Readers readers = Readers.open(sites)) {
            var verdicts = new ArrayList<Verdict.OfTable>();
            for (TableId table : tables) {
                verdicts.add(compare(ComparedTable.of(table, readers), readers, progress));
            }
            return new Verdict(verdicts);
        }
    }

    /** Reads again what differed, and says what still does. Where not every difference is listed, the whole table is compared again. */
    public Verdict lookAgain(Verdict verdict, Progress progress) {
        if (verdict.same()) {
            return verdict;
        }
        try (Readers readers = Readers.open(sites)) {
            var verdicts = new ArrayList<Verdict.OfTable>();
            for (Verdict.OfTable before : verdict.tables()) {
                verdicts.add(before.differing() == 0 ? before : lookAgain(before, readers, progress));
            }
            return new Verdict(verdicts);
        }
    }

    private Verdict.OfTable lookAgain(Verdict.OfTable before, Readers readers, Progress progress) {
        ComparedTable table = ComparedTable.of(before.table(), readers);
        if (!before.complete()) {
            return compare(table, readers, progress);
        }
        List<Difference> still = SecondLook.at(
                table, before.differences().stream().map(Difference::key).toList(), readers);
        return new Verdict.OfTable(before.table(), before.rows(), still.size(), still);
    }

    private Verdict.OfTable compare(ComparedTable table, Readers readers, Progress progress) {
        Merge.Outcome outcome = Merge.of(table, readers, listed, progress);
        List<Difference> still = SecondLook.at(table, outcome.listed(), readers);
        // What differed a moment ago and does not now was on its way.
        long arrived = outcome.listed().size() - still.size();
        return new Verdict.OfTable(table.id(), outcome.rows(), outcome.differing() - arrived, still);
    }
}
