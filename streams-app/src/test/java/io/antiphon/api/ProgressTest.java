package io.antiphon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The progress of a resolver")
class ProgressTest {
    private static final SiteId BERLIN = new SiteId("berlin");
    private static final TableId CUSTOMER = new TableId("public", "customer");

    private final AtomicLong clock = new AtomicLong();
    private final Progress progress =
            new Progress(new MeshName("shop"), List.of(BERLIN), List.of(CUSTOMER), clock::get);
    private final SiteProgress berlin = progress.at(BERLIN);

    @Test
    void lags_by_what_the_rows_answered_last_took() {
        Delivery delivery = berlin.delivery(CUSTOMER, 0);
        delivery.sent(100);
        delivery.applied(100, 1, 250_000);

        assertThat(berlin.lagSeconds()).isEqualTo(0.25);
        assertThat(berlin.applied()).isEqualTo(1);
    }

    @Test
    void lags_more_the_longer_a_site_owes_an_answer() {
        Delivery delivery = berlin.delivery(CUSTOMER, 0);
        delivery.sent(100);
        pass(Duration.ofMinutes(5));
        delivery.sent(101);

        assertThat(berlin.lagSeconds()).isEqualTo(300);

        delivery.applied(101, 2, 300_000_000);
        pass(Duration.ofSeconds(59));
        assertThat(berlin.lagSeconds()).isEqualTo(300);
    }

    @Test
    void does_not_lag_for_ever_after_a_slow_row_nothing_follows() {
        Delivery delivery = berlin.delivery(CUSTOMER, 0);
        delivery.sent(100);
        delivery.applied(100, 1, 300_000_000);
        pass(Duration.ofSeconds(61));
        assertThat(berlin.lagSeconds()).isZero();

        delivery.sent(101);
        assertThat(berlin.lagSeconds()).isZero();
    }

    @Test
    void lags_as_its_slowest_partition_does_until_that_is_left() {
        berlin.delivery(CUSTOMER, 0).applied(100, 1, 1_000_000);
        berlin.delivery(CUSTOMER, 1).applied(100, 1, 3_000_000);
        assertThat(berlin.lagSeconds()).isEqualTo(3);

        progress.left(CUSTOMER, 1);
        assertThat(berlin.lagSeconds()).isEqualTo(1);
    }

    @Test
    void never_lags_below_nothing_where_clocks_differ() {
        berlin.delivery(CUSTOMER, 0).applied(100, 1, -5);

        assertThat(berlin.lagSeconds()).isZero();
    }

    @Test
    void holds_a_table_until_its_last_held_partition_is_released() {
        progress.held(CUSTOMER, 0, "was truncated at berlin");
        progress.held(CUSTOMER, 1, "was truncated at berlin");
        progress.released(CUSTOMER, 0);
        assertThat(progress.heldFor(CUSTOMER)).isEqualTo("was truncated at berlin");

        progress.released(CUSTOMER, 1);
        assertThat(progress.heldFor(CUSTOMER)).isNull();
    }

    @Test
    void has_only_the_sites_of_the_mesh() {
        assertThatThrownBy(() -> progress.captured(new SiteId("oslo"), 1)).hasMessage("mesh shop has no site oslo");
    }

    private void pass(Duration duration) {
        clock.addAndGet(duration.toNanos());
    }
}
