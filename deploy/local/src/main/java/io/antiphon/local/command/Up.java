package io.antiphon.local.command;

import io.antiphon.config.Configuration;
import io.antiphon.local.agreement.FirstRound;
import io.antiphon.local.stack.Installation;
import io.antiphon.local.stack.Options;
import io.antiphon.local.stack.Stack;
import io.antiphon.local.terminal.Screen;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code antiphon up}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        header = "Runs the pipeline on this machine, in the foreground.",
        description = {
            "",
            "Starts what the configuration needs, prepares the sites, and prints @|bold ready|@ when it replicates. Stops in order on"
                    + " Ctrl-C or SIGTERM; what it has read and decided is kept in its home, and it goes on from there the next time."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it was asked to stop, and has",
            "1:it could not start, or a site is not fit",
            "2:the configuration cannot be used"
        })
final class Up implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Override
    public Integer call() throws Exception {
        Configuration configuration = mesh.configuration();
        Path home = mesh.home(configuration);
        Screen screen = Screen.standard();
        Consumer<String> progress =
                line -> screen.say(screen.dim(LocalTime.now().format(TIME)) + " " + line);
        Examination examination = Examination.of(configuration);
        if (!examination.fit()) {
            examination.print(screen);
            screen.say("not started: mend what must be mended, then try again");
            return Exit.BAD;
        }
        return Foreground.run(Exit.GOOD, () -> {
            try (Stack stack = Stack.start(configuration, home, Installation.found(), Options.small(progress))) {
                new FirstRound(stack, progress).await(FOR_EVER);
                screen.say("ready");
                stack.endpoints().lines().forEach(screen::say);
                Foreground.untilAsked();
                screen.say("stopping");
            }
            screen.say("stopped");
            return Exit.GOOD;
        });
    }
}
