package io.antiphon.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    private final FreePorts ports = new FreePorts("127.0.0.1");

    @Test
    void givesEachPortOnce() {
        assertThat(ports.any()).isNotEqualTo(ports.any());
        assertThat(ports.of("kafka", 0)).isPositive();
    }

    @Test
    void saysWhichPortIsInUseAndUnderWhichKey() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> ports.of("kafka", taken.getLocalPort()))
                    .isInstanceOf(StackException.class)
                    .hasMessageStartingWith("port " + taken.getLocalPort() + " (ports.kafka) is in use on 127.0.0.1: ");
        }
    }

    @Test
    void doesNotGiveOnePortTwice() {
        int port = ports.any();
        assertThatThrownBy(() -> ports.of("http", port)).hasMessageContaining("is configured twice");
    }
}
