package io.antiphon.local.agreement;

import com.fasterxml.jackson.databind.JsonNode;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.config.Table;
import io.antiphon.local.process.Deadline;
import io.antiphon.local.stack.ResolverStatus;
import io.antiphon.local.stack.Stack;
import io.antiphon.local.stack.StackException;
import io.antiphon.mesh.TableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The first marker of each site, gone round: from then on what is written at one site is at the others at once. */
public final class FirstRound {
    private static final Duration SAY = Duration.ofSeconds(5);

    private final Stack stack;
    private final Consumer<String> progress;

    /** @param progress told every few seconds how far it is, and what has failed */
    public FirstRound(Stack stack, Consumer<String> progress) {
        this.stack = stack;
        this.progress = progress;
    }

    /**
     * Returns when it has gone round; a site that cannot be reached meanwhile is waited for.
     *
     * @throws StackException if it does not within that time, with what is missing
     */
    public void await(Duration patience) {
        Deadline deadline = Deadline.in(patience);
        var telling = new Telling();
        while (true) {
            String missing;
            try {
                Arrival.Outcome outcome = new Arrival(stack.configuration(), tablesNotHeld(), stack.endpoints())
                        .await(deadline.left(), telling);
                if (!(outcome instanceof Arrival.Outcome.NotYet notYet)) {
                    return;
                }
                missing = notYet.missing();
            } catch (SiteException | UnansweredException e) {
                missing = String.valueOf(e.getMessage());
            }
            if (deadline.passed()) {
                throw new StackException(
                        "it does not replicate after " + patience.toSeconds() + " s: " + withFailures(missing));
            }
            // That a site is away, and that it is back, is said by those who watch it.
            Deadline.pause(SAY);
        }
    }

    /** What is held goes on when a person has said how, and is no reason not to begin with the rest. */
    private List<TableId> tablesNotHeld() {
        Optional<JsonNode> status = ResolverStatus.at(stack.endpoints());
        List<TableId> flowing = new ArrayList<>();
        for (Table table : stack.configuration().tables()) {
            String held = status.map(all -> all.path("tables")
                            .path(table.id().toString())
                            .path("held")
                            .asText(""))
                    .orElse("");
            if (held.isEmpty()) {
                flowing.add(table.id());
            } else {
                progress.accept(held);
            }
        }
        return flowing;
    }

    private String withFailures(String line) {
        List<String> all = new ArrayList<>(List.of(line));
        all.addAll(stack.failures());
        return String.join("; ", all);
    }

    private final class Telling implements Arrival.Progress {
        private Deadline next = Deadline.in(SAY);

        @Override
        public void arrived(int markers, int of) {
            if (next.passed()) {
                progress.accept(withFailures("waiting until each site hears of each: " + markers + " of " + of
                        + " markers have gone round"));
                next = Deadline.in(SAY);
            }
        }
    }
}
