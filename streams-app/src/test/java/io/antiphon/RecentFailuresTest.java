package io.antiphon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentFailuresTest {
    private final RecentFailures failures = new RecentFailures();

    @Test
    void tenFailuresInTwoMinutesAreTooMany() {
        for (int i = 0; i < 9; i++) {
            assertThat(failures.areTooMany(Duration.ofSeconds(i).toNanos())).isFalse();
        }
        assertThat(failures.areTooMany(Duration.ofSeconds(9).toNanos())).isTrue();
    }

    @Test
    void oneFailureAMinuteIsTroubleThatPasses() {
        for (int i = 0; i < 50; i++) {
            assertThat(failures.areTooMany(Duration.ofMinutes(i).toNanos())).isFalse();
        }
    }
}
