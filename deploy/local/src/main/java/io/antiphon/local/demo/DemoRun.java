package io.antiphon.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.antiphon.apply.postgresql.site.Verdict;
import io.antiphon.config.Configuration;
import io.antiphon.local.agreement.Agreement;
import io.antiphon.local.agreement.Arrival;
import io.antiphon.local.agreement.FirstRound;
import io.antiphon.local.conflict.ConflictLine;
import io.antiphon.local.postgres.LocalPostgres;
import io.antiphon.local.stack.Home;
import io.antiphon.local.stack.Installation;
import io.antiphon.local.stack.Options;
import io.antiphon.local.stack.ResolverStatus;
import io.antiphon.local.stack.Stack;
import io.antiphon.local.terminal.Bar;
import io.antiphon.local.terminal.Screen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One run of the demo, from two empty databases to two that agree. */
public final class DemoRun {
    private static final Duration TOGETHER = Duration.ofSeconds(8);
    private static final Duration APART = Duration.ofSeconds(8);
    private static final Duration CATCHING_UP = Duration.ofSeconds(120);
    private static final Duration REDRAW = Duration.ofMillis(250);
    private static final Duration REPORT = Duration.ofSeconds(2);
    private static final int CONFLICTS_SHOWN = 15;
    private static final String PREFIX = "antiphon-demo-";

    private final Screen screen;
    private final Instant began = Instant.now();
    private volatile boolean showEveryConflict;

    public DemoRun(Screen screen) {
        this.screen = screen;
    }

    /**
     * Runs it, and leaves nothing behind.
     *
     * @param once whether to end when the sites agree, or not; otherwise it stays until this thread is interrupted
     * @return whether the sites agreed
     */
    public boolean run(boolean once) throws InterruptedException {
        sweep();
        Installation installation = Installation.found();
        Path folder = temporaryFolder();
        try (Home home = Home.of(folder);
                DemoMesh mesh = startDatabases(installation, home)) {
            Configuration configuration = mesh.configuration(home.folder());
            try (Stack stack = Stack.start(
                            configuration, home.folder().resolve("stack"), installation, Options.small(this::step));
                    ConflictFeed feed = ConflictFeed.of(stack.endpoints(), new Conflicts()::heard)) {
                new FirstRound(stack, this::step).await(CATCHING_UP);
                screen.say(screen.bold("ready") + " after " + seconds(began) + " s");
                boolean agreed = play(mesh, stack, configuration, feed);
                if (!once) {
                    stay(mesh, stack, folder);
                }
                step("stopping");
                return agreed;
            }
        } finally {
            Home.delete(folder);
        }
    }

    private DemoMesh startDatabases(Installation installation, Home home) {
        step("starting two PostgreSQL servers");
        DemoMesh mesh = DemoMesh.start(installation.postgres(), home.folder(), this::step);
        step("berlin and tokyo have the same " + DemoMesh.SEATS + " tickets, " + 2 * DemoMesh.ACCOUNTS_A_SITE
                + " accounts and " + DemoMesh.CUSTOMERS + " customers");
        return mesh;
    }

    private boolean play(DemoMesh mesh, Stack stack, Configuration configuration, ConflictFeed feed)
            throws InterruptedException {
        try (var berlin = Workload.at(mesh.berlin(), 1);
                var tokyo = Workload.at(mesh.tokyo(), 2)) {
            var shops = List.of(berlin, tokyo);
            screen.say("");
            screen.say(screen.bold("Both sites sell the same tickets, move money and edit customers."));
            watch(shops, stack, feed, TOGETHER, "together", "");
            screen.say("");
            screen.say(screen.bold("Tokyo is cut off: nothing gets in or out. Both go on."));
            stack.connect().pause("capture-tokyo");
            stack.connect().pause("apply-tokyo");
            watch(shops, stack, feed, APART, "cut off", "tokyo");
            screen.say("");
            screen.say(screen.bold("Tokyo is back. Both go on, and hear what the other did meanwhile."));
            stack.connect().resume("apply-tokyo");
            stack.connect().resume("capture-tokyo");
            watch(shops, stack, feed, TOGETHER.dividedBy(2), "together", "");
        }
        screen.say("");
        screen.say(screen.bold("The shops close. What is under way arrives."));
        arrive(stack);
        return compare(mesh, stack, feed);
    }

    private void watch(List<Workload> shops, Stack stack, ConflictFeed feed, Duration time, String phase, String cutOff)
            throws InterruptedException {
        Instant start = Instant.now();
        Instant reported = start;
        while (true) {
            Duration gone = Duration.between(start, Instant.now());
            boolean over = gone.compareTo(time) >= 0;
            if (screen.live()) {
                var lines = new ArrayList<>(table(shops, stack, cutOff));
                lines.add("conflicts so far: " + feed.heard());
                lines.add(Bar.of(phase, Math.min(gone.toMillis(), time.toMillis()) / 1000, time.toSeconds()) + " s");
                screen.draw(lines);
            }
            if (over
                    || (!screen.live()
                            && Duration.between(reported, Instant.now()).compareTo(REPORT) > 0)) {
                reported = Instant.now();
                if (!screen.live() || over) {
                    table(shops, stack, cutOff).forEach(screen::say);
                }
            }
            if (over) {
                return;
            }
            Thread.sleep(REDRAW.toMillis());
        }
    }

    private List<String> table(List<Workload> shops, Stack stack, String cutOff) {
        Optional<JsonNode> status = ResolverStatus.at(stack.endpoints());
        var lines = new ArrayList<String>();
        lines.add(String.format(
                Locale.ROOT,
                "  %-16s %8s %8s %8s   %8s %8s %8s %7s",
                "",
                "sold",
                "moved",
                "edited",
                "captured",
                "decided",
                "applied",
                "lag s"));
        for (Workload shop : shops) {
            JsonNode is = status.map(all -> all.path("sites").path(shop.site()))
                    .orElseGet(com.fasterxml.jackson.databind.node.MissingNode::getInstance);
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-16s %,8d %,8d %,8d   %,8d %,8d %,8d %7.1f",
                    shop.site() + (shop.site().equals(cutOff) ? " (cut off)" : ""),
                    shop.sold(),
                    shop.moved(),
                    shop.edited(),
                    is.path("captured").asLong(),
                    is.path("decided").asLong(),
                    is.path("applied").asLong(),
                    is.path("lagSeconds").asDouble()));
        }
        return lines;
    }

    private void arrive(Stack stack) {
        Arrival.Outcome outcome = new Arrival(stack.configuration(), stack.endpoints())
                .await(CATCHING_UP, (markers, of) -> screen.draw(List.of(Bar.of("arriving", markers, of))));
        screen.clear();
        if (outcome instanceof Arrival.Outcome.NotYet notYet) {
            screen.say(screen.red("not everything has arrived after " + CATCHING_UP.toSeconds() + " s: ")
                    + notYet.missing());
        } else if (outcome instanceof Arrival.Outcome.Everything everything) {
            step("everything committed so far is applied at both sites (waited "
                    + everything.after().toMillis() + " ms)");
        }
    }

    private boolean compare(DemoMesh mesh, Stack stack, ConflictFeed feed) {
        screen.say("");
        screen.say(screen.bold("Row by row:"));
        Agreement.Answer answer = new Agreement(stack.configuration(), () -> true, stack::endpoints)
                .of(
                        CATCHING_UP,
                        (table, compared, estimated) ->
                                screen.draw(List.of(Bar.of(table.toString(), compared, estimated))));
        screen.clear();
        boolean agreed = answer instanceof Agreement.Answer.Same;
        if (answer instanceof Agreement.Answer.Same same) {
            same.verdict().tables().forEach(this::say);
        } else if (answer instanceof Agreement.Answer.Different different) {
            different.verdict().tables().forEach(this::say);
            different.verdict().differences().forEach(difference -> screen.say("    " + difference));
        } else if (answer instanceof Agreement.Answer.CannotTell cannotTell) {
            screen.say("  " + cannotTell.why());
        }
        for (LocalPostgres site : mesh.sites()) {
            screen.say("  " + summary(site));
        }
        screen.say("  " + feed.heard() + " conflicts; every losing value is in the topic "
                + stack.configuration().mesh() + ".conflicts");
        screen.say(agreed ? screen.green("The sites agree.") : screen.red("The sites do not agree."));
        return agreed;
    }

    private void say(Verdict.OfTable table) {
        var rows = new StringBuilder();
        table.rows().forEach((site, count) -> rows.append(String.format(Locale.ROOT, "  %s %,d rows", site, count)));
        screen.say(String.format(
                Locale.ROOT, "  %-18s %s  %,d differ", table.table().name(), rows, table.differing()));
    }

    private static String summary(LocalPostgres site) {
        try (var connection = site.connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        SELECT (SELECT count(*) FROM ticket WHERE buyer IS NOT NULL),
                               (SELECT sum(balance) FROM account WHERE home = 'berlin'),
                               (SELECT sum(balance) FROM account WHERE home = 'tokyo')""")) {
            row.next();
            return String.format(
                    Locale.ROOT,
                    "%-6s says: %d tickets are sold; %s in the accounts of berlin, %s in those of tokyo",
                    site.name(),
                    row.getLong(1),
                    row.getBigDecimal(2),
                    row.getBigDecimal(3));
        } catch (SQLException e) {
            return site.name() + " does not answer: " + e.getMessage();
        }
    }

    private void stay(DemoMesh mesh, Stack stack, Path folder) {
        screen.say("");
        screen.say(screen.bold("Now you: write at either site and look at the other."));
        mesh.sites().forEach(site -> screen.say("  psql " + site.connectionString()));
        screen.say("  e.g. UPDATE customer SET city = 'Porto' WHERE id = 1;");
        stack.endpoints().lines().forEach(screen::say);
        screen.say("  ./antiphon status -f " + folder.resolve("antiphon.yaml") + " --home " + folder.resolve("stack"));
        screen.say("Ctrl-C ends it and removes everything.");
        showEveryConflict = true;
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step(String line) {
        screen.say(screen.dim(String.format(Locale.ROOT, "%6s s  ", seconds(began))) + line);
    }

    private static String seconds(Instant since) {
        return String.format(
                Locale.ROOT, "%.1f", Duration.between(since, Instant.now()).toMillis() / 1000.0);
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory(PREFIX);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends and removes what demos that were killed have left. */
    private void sweep() {
        Path around = Path.of(System.getProperty("java.io.tmpdir"));
        try (var folders = Files.newDirectoryStream(around, PREFIX + "*")) {
            for (Path folder : folders) {
                if (left(folder)) {
                    Home.of(folder.resolve("stack")).close();
                    Home.of(folder).close();
                    Home.delete(folder);
                    step("removed what a demo that was killed had left in " + folder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder that was made a moment ago may not be held yet. */
    private static boolean left(Path folder) throws IOException {
        long age =
                System.currentTimeMillis() - Files.getLastModifiedTime(folder).toMillis();
        return age > TimeUnit.MINUTES.toMillis(1) && !Home.isHeld(folder) && Files.isWritable(folder);
    }

    /** Says the first conflicts in full, then how many more there were. */
    private final class Conflicts {
        private int said;

        void heard(io.antiphon.contract.Conflict conflict) {
            said++;
            if (showEveryConflict || said <= CONFLICTS_SHOWN) {
                screen.say("  conflict  " + ConflictLine.of(conflict));
            } else if (said == CONFLICTS_SHOWN + 1) {
                screen.say("  more conflicts follow; they are counted and logged");
            }
        }
    }
}
