package io.antiphon.local.command;

import io.antiphon.config.Configuration;
import io.antiphon.local.agreement.Arrival;
import io.antiphon.local.terminal.Bar;
import io.antiphon.local.terminal.Screen;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code antiphon wait}. */
@Command(
        name = "wait",
        mixinStandardHelpOptions = true,
        header = "Waits until everything committed so far is applied everywhere.",
        description = {
            "",
            "Returns when everything that was committed at any site before the call has been decided and is applied at every site."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is",
            "1:not within the time, or a site cannot be asked, or the pipeline does not run",
            "2:the configuration cannot be used"
        })
final class WaitCommand implements Callable<Integer> {
    @Mixin
    private ArrivalOptions arrival = new ArrivalOptions();

    @Override
    public Integer call() {
        Configuration configuration = arrival.configuration();
        Screen screen = Screen.standard();
        if (!arrival.replicates(configuration)) {
            screen.say(arrival.stopped(configuration));
            return Exit.BAD;
        }
        Arrival.Outcome outcome = new Arrival(configuration, arrival.endpoints(configuration))
                .await(arrival.timeout(), (markers, of) -> screen.draw(List.of(Bar.of("arrived", markers, of))));
        screen.clear();
        if (outcome instanceof Arrival.Outcome.NotYet notYet) {
            screen.say("not after " + arrival.timeout().toMillis() / 1000.0 + " s: " + notYet.missing()
                    + "; antiphon status shows whether the pipeline runs");
            return Exit.BAD;
        }
        screen.say("everything committed before is applied everywhere");
        return Exit.GOOD;
    }
}
