package io.antiphon.local.command;

import io.antiphon.apply.postgresql.site.ColumnDemand;
import io.antiphon.apply.postgresql.site.Doctor;
import io.antiphon.apply.postgresql.site.Finding;
import io.antiphon.apply.postgresql.site.Severity;
import io.antiphon.config.Configuration;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.local.stack.Sites;
import io.antiphon.local.terminal.Screen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the sites lack, in the same words for {@code doctor} and {@code up}. */
record Examination(Configuration configuration, List<Finding> findings) {
    static Examination of(Configuration configuration) {
        var tables = configuration.tables().stream().map(Table::id).toList();
        var doctor = new Doctor(Sites.of(configuration), tables, configuration.sinkTasks())
                .allowing(configuration.tables().stream().collect(Collectors.toMap(Table::id, Table::allowedTriggers)))
                .asking(demands(configuration));
        return new Examination(configuration, doctor.examine());
    }

    private static List<ColumnDemand> demands(Configuration configuration) {
        var demands = new ArrayList<ColumnDemand>();
        for (Table table : configuration.tables()) {
            table.merges()
                    .forEach((column, merge) ->
                            demands.add(new ColumnDemand(table.id(), column, type -> merge.misfit(column, type))));
            table.together().stream()
                    .flatMap(List::stream)
                    .forEach(column -> demands.add(new ColumnDemand(table.id(), column, type -> Optional.empty())));
        }
        return demands;
    }

    boolean fit() {
        return Doctor.blocking(findings).isEmpty();
    }

    void print(Screen screen) {
        for (Site site : configuration.sites()) {
            List<Finding> here = findings.stream()
                    .filter(finding -> finding.site().equals(site.id()))
                    .toList();
            boolean fit = Doctor.blocking(here).isEmpty();
            screen.say(screen.bold(site.id().text()) + " " + screen.dim(site.url()) + "  "
                    + (fit ? screen.green("fit") : screen.red("not fit")));
            here.forEach(finding -> print(finding, screen));
        }
    }

    private static void print(Finding finding, Screen screen) {
        boolean blocks = finding.severity() == Severity.BLOCKS;
        screen.say("  " + (blocks ? screen.red("must be mended") : "worth knowing") + "  " + finding.subject() + ": "
                + finding.problem());
        screen.say("      " + finding.mend() + (finding.sql().isEmpty() ? "" : ":"));
        finding.sql().forEach(sql -> screen.say("      " + screen.bold(sql + ";")));
    }
}
