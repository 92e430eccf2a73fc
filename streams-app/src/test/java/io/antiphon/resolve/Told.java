package io.antiphon.resolve;

import org.jspecify.annotations.Nullable;

/** States and outcomes in as few words as a history can be read in. */
final class Told {
    private Told() {}

    static String of(Heard heard) {
        if (heard instanceof Heard.Local local) {
            return local.site() + " " + local.operation() + " " + local.before() + " -> " + local.after() + " @"
                    + local.commitTime();
        } else if (heard instanceof Heard.Echo echo) {
            return echo.site() + " echo marked " + echo.mark() + ": " + echo.row();
        }
        return heard.toString();
    }

    static String of(Outcome outcome) {
        String told = outcome.getClass().getSimpleName() + " " + of(outcome.state());
        if (outcome instanceof Outcome.Decided decided) {
            Disagreement one = decided.disagreement();
            told += "\n         " + one.kind() + " " + one.columns() + " won by " + one.winner() + ": "
                    + of(one.standing()) + " / " + of(one.incoming());
        }
        return told;
    }

    private static String of(Disagreement.Side side) {
        return side.site() + " " + side.row() + " t" + side.writeTime() + " seen " + side.seen();
    }

    private static String of(@Nullable RowState state) {
        if (state == null) {
            return "nothing";
        }
        var told = new StringBuilder();
        told.append('v')
                .append(state.version())
                .append(state.exists() ? " " : " deleted ")
                .append(state.row());
        told.append(" life ").append(state.life()).append(" exists by ").append(of(state.existence()));
        told.append(" columns ").append(of(state.clocks().base()));
        for (ColumnClocks.Group group : state.clocks().groups()) {
            told.append(' ').append(group.columns()).append(of(group.clock()));
        }
        if (state.contests() != Contests.NONE) {
            told.append("\n         ").append(state.contests());
        }
        told.append(" past ").append(state.past().stream().map(Past::version).toList());
        for (SiteView view : state.sites()) {
            told.append("\n         ").append(view.site());
            told.append(" seen ").append(view.seen()).append(" t").append(view.writeTime());
            told.append(view.held() == state.version() ? " HOLDS" : view.held() > 0 ? " held " + view.held() : "");
            told.append(view.lastLocal() > 0 ? " local @" + view.lastLocal() + " v" + view.lastLocalVersion() : "");
            told.append(view.forgot() > 0 ? " forgot " + view.forgot() : "");
            told.append(" life ").append(view.life()).append(view.gone() ? " gone" : "");
            told.append(view.snapshot() ? " snapshot" : "");
        }
        return told.toString();
    }

    private static String of(Clock clock) {
        return clock.author() + "@t" + clock.writeTime() + "v" + clock.version();
    }
}
