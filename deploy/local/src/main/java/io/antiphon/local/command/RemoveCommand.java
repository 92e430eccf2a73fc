package io.antiphon.local.command;

import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.Removed;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.local.stack.ConnectRest;
import io.antiphon.local.stack.Home;
import io.antiphon.local.stack.Sites;
import io.antiphon.local.terminal.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code antiphon remove}. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        header = "Takes everything of ours out of the databases again.",
        description = {
            "",
            "Drops slots, origins, publications and our schema, and gives each table its former replica identity back. The rows stay as"
                    + " they are. The pipeline must be stopped. Its home is set aside, not deleted, because it holds the conflict log; it"
                    + " cannot be gone on from."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing of ours is left",
            "1:something is left, which is printed",
            "2:the configuration cannot be used"
        })
final class RemoveCommand implements Callable<Integer> {
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Option(
            names = "--end-sessions",
            description =
                    "End sessions of ours that still hold a slot or an origin, as after a crash, instead of waiting for them.")
    private boolean endSessions;

    @Override
    public Integer call() {
        Configuration configuration = mesh.configuration();
        Path home = mesh.home(configuration);
        Screen screen = Screen.standard();
        if (Home.isHeld(home)) {
            screen.say("not removed: the pipeline runs in " + home + "; stop it first");
            return Exit.BAD;
        }
        if (configuration.kafka() instanceof Kafka.Cluster cluster && cluster.connect() != null) {
            removeConnectors(configuration, new ConnectRest(cluster.connect()), screen);
        }
        boolean all = true;
        for (PostgresSite site : Sites.of(configuration)) {
            all &= remove(site, screen);
        }
        if (all) {
            setAside(home, screen);
        }
        return all ? Exit.GOOD : Exit.BAD;
    }

    private static void removeConnectors(Configuration configuration, ConnectRest connect, Screen screen) {
        var existing = connect.connectors();
        configuration.sites().forEach(site -> {
            for (String name : new String[] {"capture-" + site.id(), "apply-" + site.id()}) {
                if (existing.contains(name) && connect.isOf(configuration.mesh(), name)) {
                    connect.delete(name);
                    screen.say("connector " + name + " is gone");
                }
            }
        });
    }

    private boolean remove(PostgresSite site, Screen screen) {
        try {
            Removed removed = site.remove(endSessions);
            screen.say(screen.bold(site.id().text()) + (removed.gone().isEmpty() ? ": nothing of ours was there" : ""));
            removed.gone().forEach(line -> screen.say("  gone  " + line));
            removed.left().forEach(line -> screen.say("  " + screen.red("left") + "  " + line));
            return removed.left().isEmpty();
        } catch (SiteException e) {
            screen.say(String.valueOf(e.getMessage()));
            return false;
        } catch (SQLException e) {
            screen.say(site.id() + ": " + e.getMessage());
            return false;
        }
    }

    private static void setAside(Path home, Screen screen) {
        if (!Files.isDirectory(home)) {
            return;
        }
        Path aside = home.resolveSibling(
                home.getFileName() + ".removed-" + LocalDateTime.now().format(WHEN));
        try {
            Files.move(home, aside);
            screen.say(
                    "the pipeline's data is set aside in " + aside + "; delete it when the conflict log is not needed");
        } catch (IOException e) {
            screen.say("the pipeline's data in " + home + " cannot be set aside (" + e.getMessage()
                    + "): move it away before starting again");
        }
    }
}
