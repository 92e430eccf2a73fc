package io.antiphon.local.command;

import io.antiphon.apply.postgresql.site.Verdict;
import io.antiphon.config.Configuration;
import io.antiphon.local.agreement.Agreement;
import io.antiphon.local.terminal.Bar;
import io.antiphon.local.terminal.Screen;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code antiphon verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        header = "Compares the tables of all sites row by row.",
        description = {
            "",
            "Applications may go on writing: what differs is looked at again once everything committed until then has been applied,"
                    + " so that lag is never reported as a difference. Memory is bounded whatever the size of the tables."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all sites hold the same rows",
            "1:they do not; the keys are printed",
            "2:it could not be told"
        })
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private ArrivalOptions arrival = new ArrivalOptions();

    @Override
    public Integer call() {
        Configuration configuration = arrival.configuration();
        Screen screen = Screen.standard();
        var agreement = new Agreement(
                configuration, () -> arrival.replicates(configuration), () -> arrival.endpoints(configuration));
        Agreement.Answer answer = agreement.of(
                arrival.timeout(),
                (table, compared, estimated) -> screen.draw(List.of(Bar.of(table.toString(), compared, estimated))));
        screen.clear();
        return print(answer, screen);
    }

    private static int print(Agreement.Answer answer, Screen screen) {
        if (answer instanceof Agreement.Answer.Same same) {
            same.verdict().tables().forEach(table -> screen.say(rows(table)));
            screen.say(screen.green("same") + ": all sites hold the same rows");
            return Exit.GOOD;
        }
        if (answer instanceof Agreement.Answer.Different different) {
            Verdict verdict = different.verdict();
            verdict.tables().forEach(table -> screen.say(rows(table)));
            verdict.differences().forEach(difference -> screen.say("  " + difference));
            long more = verdict.differing() - verdict.differences().size();
            if (more > 0) {
                screen.say("  and " + more + " keys more");
            }
            screen.say(
                    screen.red("different") + ": " + verdict.differing() + " keys do not have the same row everywhere");
            return Exit.BAD;
        }
        Agreement.Answer.CannotTell cannotTell = (Agreement.Answer.CannotTell) answer;
        screen.say("could not tell: " + cannotTell.why());
        return Exit.UNUSABLE;
    }

    private static String rows(Verdict.OfTable table) {
        return table.table() + ": "
                + table.rows().entrySet().stream()
                        .map(site -> site.getValue() + " rows at " + site.getKey())
                        .collect(Collectors.joining(", "));
    }
}
