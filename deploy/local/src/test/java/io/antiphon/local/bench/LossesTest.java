package io.antiphon.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LossesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Losses losses = new Losses();

    @Test
    void aLosingRowStandsForEveryIncrementThatLedToIt() {
        losses.wrote(at(1), at(0));
        losses.wrote(at(2), at(1));
        losses.wrote(at(3), at(0));
        losses.met(row(3), row(2), row(3));

        assertThat(losses.made()).isEqualTo(3);
        assertThat(losses.kept(Set.of(at(3)))).isEqualTo(1);
        assertThat(losses.logged(Set.of(at(3)))).isEqualTo(2);
    }

    @Test
    void whatLostAndWonAfterwardsIsNotLost() {
        losses.wrote(at(1), at(0));
        losses.wrote(at(2), at(0));
        losses.wrote(at(3), at(1));
        losses.met(row(2), row(1), row(2));
        losses.met(row(3), row(2), row(3));

        assertThat(losses.kept(Set.of(at(3)))).isEqualTo(2);
        assertThat(losses.logged(Set.of(at(3)))).isEqualTo(1);
    }

    @Test
    void whatNoConflictSaysIsNotInTheLog() {
        losses.wrote(at(1), at(0));
        losses.wrote(at(2), at(0));

        assertThat(losses.made() - losses.kept(Set.of(at(2)))).isEqualTo(1);
        assertThat(losses.logged(Set.of(at(2)))).isZero();
    }

    private static Losses.Made at(int second) {
        return Losses.Made.of(7, NOON.plusSeconds(second).toString());
    }

    private static String row(int second) {
        return "{\"id\": 7, \"changed\": \"" + NOON.plusSeconds(second) + "\"}";
    }
}
