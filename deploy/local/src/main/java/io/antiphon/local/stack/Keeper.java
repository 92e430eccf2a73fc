package io.antiphon.local.stack;

import io.antiphon.local.process.Rounds;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Starts connectors that have failed again, with growing pauses, and says why they failed. */
final class Keeper implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private record Trouble(String reason, Instant next, Duration pause) {}

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
            Optional<String> failure = status.failure();
            Trouble trouble = troubles.get(name);
            if (failure.isEmpty()) {
                if (trouble != null && status.running()) {
                    troubles.remove(name);
                    events.accept(name + " runs again");
                }
                return;
            }
            if (trouble == null || !trouble.reason().equals(failure.get())) {
                events.accept(name + " failed: " + failure.get() + "; it is tried again until it runs");
            }
            if (trouble == null || Instant.now().isAfter(trouble.next())) {
                Duration pause = trouble == null ? LOOK : trouble.pause().multipliedBy(2);
                pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
                troubles.put(name, new Trouble(failure.get(), Instant.now().plus(pause), pause));
                connectors.restartFailed(name);
            }
        } catch (StackException connectIsDown) {
            // Its own supervision says so and mends it.
        }
    }
}
