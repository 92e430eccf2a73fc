package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class RecentRowsTest {
    private final RecentRows rows = new RecentRows(1_000);

    @Test
    void theOldestGoWhereNotAllFit() {
        for (byte key = 1; key <= 9; key++) {
            rows.put(key(key), new byte[100]);
        }

        assertThat(rows.get(key((byte) 1))).isNull();
        assertThat(rows.get(key((byte) 9))).isNotNull();
    }

    @Test
    void aRowThatIsWrittenAgainAndAgainTakesItsPlaceOnce() {
        rows.put(key((byte) 1), new byte[100]);
        for (int time = 0; time < 100; time++) {
            rows.put(key((byte) 2), new byte[100]);
        }

        assertThat(rows.get(key((byte) 1))).isNotNull();
    }

    private static Bytes key(byte value) {
        return Bytes.wrap(new byte[] {value});
    }
}
