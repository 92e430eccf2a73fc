package io.antiphon.local.command;

import io.antiphon.local.demo.DemoRun;
import io.antiphon.local.terminal.Screen;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code antiphon demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        header = "Shows it on two databases of its own.",
        description = {
            "",
            "Starts two PostgreSQL servers and the whole pipeline, lets both sites sell the same tickets, cuts one off for a while,"
                    + " and compares them row by row. Stays up until Ctrl-C, so that you can write at either site; leaves nothing behind."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the sites agreed", "1:they did not, or the demo could not run"})
final class Demo implements Callable<Integer> {
    @Option(names = "--once", description = "Exit when the sites have been compared.")
    private boolean once;

    @Override
    public Integer call() throws Exception {
        return Foreground.run(
                once ? Exit.BAD : Exit.GOOD, () -> new DemoRun(Screen.standard()).run(once) ? Exit.GOOD : Exit.BAD);
    }
}
