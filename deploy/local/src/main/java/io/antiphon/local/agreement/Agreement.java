package io.antiphon.local.agreement;

import io.antiphon.apply.postgresql.site.Progress;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.apply.postgresql.site.Verdict;
import io.antiphon.apply.postgresql.site.Verification;
import io.antiphon.config.Configuration;
import io.antiphon.config.Table;
import io.antiphon.local.process.Deadline;
import io.antiphon.local.stack.Endpoints;
import io.antiphon.local.stack.Sites;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Compares the sites row by row, and never calls lag a difference: what differs is looked at again once everything committed until then has
 * been applied.
 */
public final class Agreement {
    private static final int LISTED = 1_000;

    /** What was found. */
    public sealed interface Answer {
        /** All sites hold the same rows. */
        record Same(Verdict verdict) implements Answer {}

        /** The keys in it do not have the same row everywhere, and that is not lag. */
        record Different(Verdict verdict) implements Answer {}

        /** Nothing certain can be said; {@code why} in one line. */
        record CannotTell(String why) implements Answer {}
    }

    private final Configuration configuration;
    private final BooleanSupplier replicates;
    private final Supplier<Endpoints> endpoints;

    /**
     * @param replicates whether what is on its way can be expected to arrive
     * @param endpoints where it is reached while it does
     */
    public Agreement(Configuration configuration, BooleanSupplier replicates, Supplier<Endpoints> endpoints) {
        this.configuration = configuration;
        this.replicates = replicates;
        this.endpoints = endpoints;
    }

    /** @param patience how long to wait, in all, for what is on its way */
    public Answer of(Duration patience, Progress progress) {
        var verification = new Verification(
                Sites.of(configuration),
                configuration.tables().stream().map(Table::id).toList(),
                LISTED);
        try {
            Verdict verdict = verification.compare(progress);
            if (verdict.same()) {
                return new Answer.Same(verdict);
            }
            return lookAgain(verification, verdict, patience, progress);
        } catch (SiteException | UnansweredException e) {
            return new Answer.CannotTell(String.valueOf(e.getMessage()));
        }
    }

    private Answer lookAgain(Verification verification, Verdict first, Duration patience, Progress progress) {
        Deadline deadline = Deadline.in(patience);
        Verdict before = first;
        while (true) {
            if (!replicates.getAsBoolean()) {
                return new Answer.CannotTell(
                        before.differing()
                                + " keys differ, but the pipeline is not running, so that they may be on their way: start it and try again");
            }
            Arrival.Outcome arrival =
                    new Arrival(configuration, endpoints.get()).await(deadline.left(), (markers, of) -> {});
            if (arrival instanceof Arrival.Outcome.NotYet notYet) {
                return new Answer.CannotTell(before.differing()
                        + " keys differ, but not everything has been applied yet: " + notYet.missing());
            }
            Verdict now = verification.lookAgain(before, progress);
            if (now.same()) {
                return new Answer.Same(now);
            }
            if (now.differing() == before.differing() && now.differences().equals(before.differences())) {
                return new Answer.Different(now);
            }
            before = now;
        }
    }
}
