package io.antiphon.local.command;

import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.config.ConfigurationException;
import io.antiphon.local.agreement.UnansweredException;
import io.antiphon.local.conflict.ConflictLog;
import io.antiphon.local.process.ProcessFailure;
import io.antiphon.local.stack.StackException;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code antiphon} command. */
@Command(
        name = "antiphon",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        header = "Keeps databases that are all written to in agreement.",
        description = {
            "",
            "Debezium captures what each site's applications write, the resolver decides what stands where they wrote without"
                    + " knowing of each other, and the sinks apply it at every site that needs it.",
            "",
            "Begin with @|bold antiphon demo|@, then describe your own databases in @|bold antiphon.yaml|@ and run"
                    + " @|bold antiphon doctor|@ and @|bold antiphon up|@."
        },
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is done, or the answer is yes",
            "1:it could not be done, or the answer is no",
            "2:the command line or the configuration cannot be used, or the answer is not known"
        },
        subcommands = {
            BenchCommand.class,
            Demo.class,
            Up.class,
            DoctorCommand.class,
            StatusCommand.class,
            VerifyCommand.class,
            WaitCommand.class,
            ConflictsCommand.class,
            DecideCommand.class,
            ExplainCommand.class,
            RemoveCommand.class,
            HelpCommand.class,
            GenerateCompletion.class
        })
public final class Antiphon {
    private static final String DEBUG = "ANTIPHON_DEBUG";

    /** The command, ready to be executed. */
    public static CommandLine commandLine() {
        var line = new CommandLine(new Antiphon());
        line.setExecutionExceptionHandler(Antiphon::explain);
        line.setParameterExceptionHandler(Antiphon::misused);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    private static int misused(ParameterException misuse, String[] arguments) {
        CommandLine line = misuse.getCommandLine();
        line.getErr().println("antiphon: " + misuse.getMessage());
        UnmatchedArgumentException.printSuggestions(misuse, line.getErr());
        line.getErr().println(line.getCommandSpec().qualifiedName() + " --help says how it is used");
        return Exit.UNUSABLE;
    }

    private static int explain(Exception failure, CommandLine line, ParseResult parsed) {
        if (System.getenv(DEBUG) != null) {
            failure.printStackTrace(line.getErr());
        }
        line.getErr().println("antiphon: " + inOneLine(failure));
        return failure instanceof ConfigurationException ? Exit.UNUSABLE : Exit.BAD;
    }

    private static String inOneLine(Throwable failure) {
        if (failure instanceof ConfigurationException
                || failure instanceof StackException
                || failure instanceof ProcessFailure
                || failure instanceof SiteException
                || failure instanceof UnansweredException
                || failure instanceof ConflictLog.UnsentException) {
            return String.valueOf(failure.getMessage());
        }
        return "this should not have happened: " + failure + "; " + DEBUG + "=1 shows where";
    }
}
