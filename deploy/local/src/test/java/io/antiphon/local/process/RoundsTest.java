package io.antiphon.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundsTest {
    @Test
    void goOnAfterOneThatFailsAndSaySo() {
        List<String> events = new CopyOnWriteArrayList<>();
        var made = new AtomicInteger();
        try (var rounds = Rounds.every(
                Duration.ofMillis(1),
                "rounds",
                () -> {
                    if (made.incrementAndGet() == 1) {
                        throw new IllegalStateException("the gate is locked");
                    }
                },
                events::add)) {
            await().until(() -> made.get() > 2);
        }
        assertThat(events).singleElement().asString().contains("rounds", "the gate is locked");
    }

    @Test
    void endWhenTheyAreClosed() {
        var ended = new AtomicBoolean();
        Rounds.every(
                        Duration.ofMillis(1),
                        "rounds",
                        new Rounds.Round() {
                            @Override
                            public void make() {}

                            @Override
                            public void end() {
                                ended.set(true);
                            }
                        },
                        event -> {})
                .close();
        await().untilTrue(ended);
    }
}
