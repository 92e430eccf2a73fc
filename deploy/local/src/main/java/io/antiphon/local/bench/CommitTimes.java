package io.antiphon.local.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** When rows were committed, as the database itself noted it; all servers here share one clock. */
final class CommitTimes {
    private static final String MICROS = "(extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint";

    /** Rows that were committed at one moment, microseconds. */
    private record Step(long at, long rows) {}

    private final List<Step> steps;

    private CommitTimes(List<Step> steps) {
        this.steps = steps;
    }

    /** Of the rows with these ids, as they stand. */
    static CommitTimes of(Connection site, Ids ids) {
        var steps = new ArrayList<Step>();
        try (var query = site.prepareStatement(
                "SELECT " + MICROS + " AS at, count(*) FROM item WHERE id BETWEEN ? AND ? GROUP BY 1 ORDER BY 1")) {
            query.setLong(1, ids.first());
            query.setLong(2, ids.last());
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    steps.add(new Step(found.getLong(1), found.getLong(2)));
                }
            }
        } catch (SQLException e) {
            throw Load.failed(e);
        }
        return new CommitTimes(steps);
    }

    long first() {
        return steps.get(0).at();
    }

    long last() {
        return steps.get(steps.size() - 1).at();
    }

    /** Rows a second while the last so many were committed; the first of them is not counted, only when it came. */
    double rateOfLast(long rows) {
        long all = steps.stream().mapToLong(Step::rows).sum();
        long before = 0;
        int begin = 0;
        while (begin < steps.size() - 2 && before + steps.get(begin).rows() <= all - rows) {
            before += steps.get(begin).rows();
            begin++;
        }
        if (begin > 0) {
            begin--;
            before -= steps.get(begin).rows();
        }
        long counted = all - before - steps.get(begin).rows();
        return counted * 1e6 / Math.max(1, last() - steps.get(begin).at());
    }

    /** How long each row with these ids took from one site to another: microseconds in rising order. */
    static long[] between(Connection author, Connection other, Ids ids) {
        long[] from = each(author, ids);
        long[] to = each(other, ids);
        long[] took = new long[from.length];
        for (int i = 0; i < took.length; i++) {
            took[i] = to[i] - from[i];
        }
        Arrays.sort(took);
        return took;
    }

    static long percentile(long[] rising, double part) {
        return rising[(int) Math.min(rising.length - 1, Math.ceil(part * rising.length) - 1)];
    }

    private static long[] each(Connection site, Ids ids) {
        long[] times = new long[(int) ids.count()];
        try (var query = site.prepareStatement("SELECT id, " + MICROS + " FROM item WHERE id BETWEEN ? AND ?")) {
            query.setLong(1, ids.first());
            query.setLong(2, ids.last());
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    times[(int) (found.getLong(1) - ids.first())] = found.getLong(2);
                }
            }
        } catch (SQLException e) {
            throw Load.failed(e);
        }
        return times;
    }
}
