package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What order capture's positions say the log has. */
class LogPositionTest {
    private static final LogPosition IN_THE_FIRST = new LogPosition(0, 120);

    @Test
    void theFirstTransactionAfterASnapshotIsTheSameWhenItIsCapturedAgainWithAnotherLastCommit() {
        assertThat(new LogPosition(110, 120)).isEqualByComparingTo(IN_THE_FIRST);
        assertThat(new LogPosition(110, 115)).isLessThan(IN_THE_FIRST);
        assertThat(new LogPosition(110, 121)).isGreaterThan(IN_THE_FIRST);
        assertThat(IN_THE_FIRST).isEqualByComparingTo(new LogPosition(110, 120));
    }

    @Test
    void aTransactionThatCommittedLaterIsLaterThoughItsChangesStandBefore() {
        assertThat(new LogPosition(130, 105)).isGreaterThan(IN_THE_FIRST);
        assertThat(new LogPosition(130, 105)).isGreaterThan(new LogPosition(110, 120));
        assertThat(new LogPosition(110, 120)).isLessThan(new LogPosition(130, 105));
    }

    @Test
    void aSnapshotIsBeforeEverything() {
        assertThat(LogPosition.ofSnapshot(500)).isLessThan(IN_THE_FIRST);
        assertThat(LogPosition.START).isLessThan(LogPosition.parse("[null,\"0\"]"));
    }
}
