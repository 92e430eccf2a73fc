package io.antiphon.local.stack;

import io.antiphon.local.process.Rounds;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Starts connectors that have failed again, with growing pauses, and says why they failed. */
final class Keeper implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);
    private static final Duration LASTED = Duration.ofSeconds(10);

    /** @param runsSince when it was seen to run again; null while it does not */
    private record Trouble(
            String reason,
            Instant next,
            Duration pause,
            @Nullable Instant runsSince) {
        Trouble runningSince(@Nullable Instant moment) {
            return new Trouble(reason, next, pause, moment);
        }

        /** The one that follows when it was of no use to start it again. */
        Trouble again(String nowReason, Instant now) {
            Duration longer = pause.multipliedBy(2);
            Duration following = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            return new Trouble(nowReason, now.plus(following), following, null);
        }
    }

    private final Map<String, Trouble> troubles = new HashMap<>();
    private final MeshConnectors connectors;
    private final Consumer<String> events;
    private final Rounds rounds;

    private Keeper(MeshConnectors connectors, Consumer<String> events) {
        this.connectors = connectors;
        this.events = events;
        this.rounds = Rounds.every(LOOK, "keeper", () -> connectors.names().forEach(this::look), events);
    }

    static Keeper of(MeshConnectors connectors, Consumer<String> events) {
        return new Keeper(connectors, events);
    }

    @Override
    public void close() {
        rounds.close();
    }

    private void look(String name) {
        try {
            ConnectRest.Status status = connectors.status(name);
            Trouble trouble = troubles.get(name);
            status.failure().ifPresentOrElse(reason -> failed(name, reason, trouble), () -> {
                if (trouble != null && status.running()) {
                    runs(name, trouble);
                }
            });
        } catch (StackException connectIsDown) {
            // Its own supervision says so and mends it.
        }
    }

    private void failed(String name, String reason, @Nullable Trouble before) {
        if (before == null || !before.reason().equals(reason)) {
            events.accept(name + " failed: " + reason + "; it is tried again until it runs");
        }
        Instant now = Instant.now();
        if (before == null) {
            troubles.put(name, new Trouble(reason, now.plus(LOOK), LOOK, null));
            connectors.restartFailed(name);
        } else if (now.isAfter(before.next())) {
            troubles.put(name, before.again(reason, now));
            connectors.restartFailed(name);
        } else {
            troubles.put(name, before.runningSince(null));
        }
    }

    /** One that has only just been started may fail again at once. */
    private void runs(String name, Trouble trouble) {
        Instant now = Instant.now();
        Instant since = trouble.runsSince();
        if (since == null) {
            troubles.put(name, trouble.runningSince(now));
        } else if (Duration.between(since, now).compareTo(LASTED) > 0) {
            troubles.remove(name);
            events.accept(name + " runs again");
        }
    }
}
