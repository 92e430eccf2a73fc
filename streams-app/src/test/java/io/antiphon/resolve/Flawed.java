package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Heard.Operation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The resolver with mistakes around it. */
final class Flawed {
    private Flawed() {}

    static Outcome hear(
            Set<Flaw> flaws,
            Resolver resolver,
            @Nullable RowState was,
            Heard heard,
            Columns columns,
            Partition partition) {
        if (flaws.isEmpty()) {
            return resolver.hear(was, heard, columns, partition);
        }
        if (heard instanceof Heard.Found found && flaws.contains(Flaw.SNAPSHOT_ROWS_WITHOUT_TIME)) {
            return resolver.hear(was, new Heard.Found(found.site(), found.row(), 0, found.time()), columns, partition);
        }
        if (heard instanceof Heard.Lost lost && flaws.contains(Flaw.WITHDRAWN_TAKEN_AS_DELETED)) {
            return resolver.hear(
                    was, Heard.Stands.undated(lost.site(), null, partition.answered(lost.site())), columns, partition);
        }
        if (heard instanceof Heard.Lost && flaws.contains(Flaw.WITHDRAWN_NOT_SENT_AGAIN)) {
            return new Outcome.Noted(was);
        }
        if (heard instanceof Heard.Echo echo) {
            if (flaws.contains(Flaw.ECHO_THROWN_AWAY)) {
                return new Outcome.Noted(was);
            }
            if (flaws.contains(Flaw.ECHO_TAKEN_AS_LOCAL)) {
                return resolver.hear(was, asLocal(echo), columns, partition);
            }
            return afterEcho(flaws, was, echo, resolver.hear(was, echo, columns, partition));
        }
        if (heard instanceof Heard.Local local && flaws.contains(Flaw.TIE_BROKEN_BY_ARRIVAL)) {
            return resolver.hear(was, atArrival(local, partition), columns, partition);
        }
        if (heard instanceof Heard.Local local && breaksPolicies(flaws)) {
            return withBrokenPolicies(flaws, resolver, was, local, columns, partition);
        }
        if (heard instanceof Heard.Local local && was != null) {
            return resolver.hear(withContext(flaws, was, local.site()), local, columns, given(flaws, partition));
        }
        return resolver.hear(was, heard, columns, given(flaws, partition));
    }

    /** At meshes where keys change, only the mistakes that have to do with them, and with ties, are made. */
    static Moved hear(
            Set<Flaw> flaws,
            Moving moving,
            @Nullable RowState was,
            Journey journey,
            Heard heard,
            Columns columns,
            Partition partition) {
        if (heard instanceof Heard.Local local && flaws.contains(Flaw.TIE_BROKEN_BY_ARRIVAL)) {
            return moving.hear(was, journey, atArrival(local, partition), columns, partition);
        }
        return moving.hear(was, journey, heard, columns, partition);
    }

    static Verdict decide(
            Set<Flaw> flaws,
            Resolver resolver,
            @Nullable RowState was,
            @Nullable OpenConflict open,
            Decision decision,
            Columns columns,
            Partition partition) {
        if (was == null || open == null || flaws.isEmpty()) {
            return resolver.decide(was, open, decision, columns, partition);
        }
        boolean taken = flaws.contains(Flaw.DECISION_ON_WHAT_MOVED_ON)
                || flaws.contains(Flaw.DECISION_CONTEXT_OFF_BY_ONE)
                        && !was.past().isEmpty()
                        && was.past().get(was.past().size() - 1).version() == decision.seen();
        OpenConflict seen = taken ? new OpenConflict(open.named(), decision.seen(), open.sides()) : open;
        Verdict verdict = resolver.decide(was, seen, decision, columns, partition);
        return verdict instanceof Verdict.Accepted accepted && flaws.contains(Flaw.DECISION_IN_A_SITES_NAME)
                ? new Verdict.Accepted(new Outcome.Resolved(inTheNameOf(
                        open.sides().get(0).site(), accepted.outcome().state())))
                : verdict;
    }

    private static RowState inTheNameOf(SiteId site, RowState state) {
        return new RowState(
                state.version(),
                state.writeTime(),
                site,
                state.exists(),
                state.life(),
                state.row(),
                new Clock(state.existence().writeTime(), site, state.existence().version()),
                ColumnClocks.of(new Clock(state.writeTime(), site, state.version())),
                state.contests(),
                state.past(),
                state.sites(),
                state.oddEchoes());
    }

    private static boolean breaksPolicies(Set<Flaw> flaws) {
        return flaws.stream().anyMatch(flaw -> flaw.compareTo(Flaw.CHANGE_COUNTED_TWICE) >= 0);
    }

    private static Outcome withBrokenPolicies(
            Set<Flaw> flaws,
            Resolver resolver,
            @Nullable RowState was,
            Heard.Local local,
            Columns columns,
            Partition partition) {
        boolean ignored = flaws.contains(Flaw.POLICY_IGNORED);
        var ruled = new Columns(
                columns.count(),
                columns.groups(),
                ignored ? List.of() : columns.units(),
                flaws.contains(Flaw.DELETE_POLICY_IGNORED) ? Deletes.LAST_WRITER_WINS : columns.deletes());
        Heard.Local heard = local;
        if (flaws.contains(Flaw.DELTA_FROM_WHAT_STANDS) && local.operation() == Operation.UPDATE && was != null) {
            heard = new Heard.Local(
                    local.site(), local.operation(), was.row(), local.after(), local.commitTime(), local.time());
        }
        Outcome outcome = resolver.hear(was, heard, ruled, partition);
        RowState state = outcome.state();
        if (state == null) {
            return outcome;
        }
        if (flaws.contains(Flaw.CHANGE_COUNTED_TWICE)) {
            return resolver.hear(state, heard, ruled, after(state.version(), partition));
        }
        return flaws.contains(Flaw.REGISTER_DROPPED_EARLY) ? forgetful(outcome, state) : outcome;
    }

    private static Outcome forgetful(Outcome outcome, RowState state) {
        var forgot = new RowState(
                state.version(),
                state.writeTime(),
                state.author(),
                state.exists(),
                state.life(),
                state.row(),
                state.existence(),
                state.clocks(),
                Contests.NONE,
                state.past(),
                state.sites(),
                state.oddEchoes());
        return outcome instanceof Outcome.Decided decided
                ? new Outcome.Decided(forgot, decided.disagreement())
                : new Outcome.Resolved(forgot);
    }

    private static Partition after(long version, Partition partition) {
        return new Partition() {
            @Override
            public long lastVersion() {
                return version;
            }

            @Override
            public long answered(SiteId site) {
                return partition.answered(site);
            }
        };
    }

    private static Heard.Local atArrival(Heard.Local local, Partition partition) {
        return new Heard.Local(
                local.site(),
                local.operation(),
                local.before(),
                local.after(),
                local.commitTime(),
                partition.lastVersion() + 1);
    }

    private static Heard.Local asLocal(Heard.Echo echo) {
        Operation operation =
                echo.row() == null ? Operation.DELETE : echo.before() == null ? Operation.INSERT : Operation.UPDATE;
        return new Heard.Local(echo.site(), operation, echo.before(), echo.row(), echo.commitTime(), echo.commitTime());
    }

    private static Outcome afterEcho(Set<Flaw> flaws, @Nullable RowState was, Heard.Echo echo, Outcome outcome) {
        RowState state = outcome.state();
        if (was == null || state == null) {
            return outcome;
        }
        SiteView before = was.at(echo.site());
        SiteView after = state.at(echo.site());
        if (flaws.contains(Flaw.NOT_SENT_AGAIN_AFTER_FALL_BACK) && outcome instanceof Outcome.SentAgain) {
            return new Outcome.Noted(was.with(after));
        }
        if (flaws.contains(Flaw.CONTEXT_KEPT_AFTER_FALL_BACK) && after.forgot() > before.forgot()) {
            RowState kept = state.with(new SiteView(
                    after.site(),
                    Math.max(before.seen(), after.seen()),
                    Math.max(before.writeTime(), after.writeTime()),
                    after.held(),
                    after.lastLocal(),
                    after.lastLocalVersion(),
                    after.madeOn(),
                    before.forgot(),
                    after.life(),
                    after.gone(),
                    after.snapshot()));
            return outcome instanceof Outcome.SentAgain ? new Outcome.SentAgain(kept) : new Outcome.Noted(kept);
        }
        return outcome;
    }

    private static RowState withContext(Set<Flaw> flaws, RowState was, SiteId site) {
        SiteView view = was.at(site);
        long seen = view.seen();
        if (flaws.contains(Flaw.LATER_OUTCOME_TAKEN_AS_SEEN)) {
            seen = was.version();
        } else if (flaws.contains(Flaw.CONTEXT_OFF_BY_ONE)) {
            seen = next(was, view.seen());
        }
        return seen == view.seen()
                ? was
                : was.with(new SiteView(
                        site,
                        seen,
                        view.writeTime(),
                        view.held(),
                        view.lastLocal(),
                        view.lastLocalVersion(),
                        view.madeOn(),
                        view.forgot(),
                        view.life(),
                        view.gone(),
                        view.snapshot()));
    }

    private static long next(RowState was, long seen) {
        for (Past past : was.past()) {
            if (past.version() > seen) {
                return past.version();
            }
        }
        return Math.max(seen, was.version());
    }

    private static Partition given(Set<Flaw> flaws, Partition partition) {
        if (!flaws.contains(Flaw.VERSION_NOT_ABOVE_THE_LAST)) {
            return partition;
        }
        return new Partition() {
            @Override
            public long lastVersion() {
                return 0;
            }

            @Override
            public long answered(SiteId site) {
                return partition.answered(site);
            }
        };
    }
}
