package io.antiphon.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Simulated meshes keep every promise; {@code -Dantiphon.simulation.seeds=1000000} tries more of them. */
class SimulationTest {
    private static final long SEEDS = Long.getLong("antiphon.simulation.seeds", 20_000);
    private static final long FIRST = Long.getLong("antiphon.simulation.first", 1);
    private static final int SEEDS_TO_SEE_A_FLAW = 4_000;

    @Test
    void everySeedKeepsEveryPromise() {
        seeds(SEEDS).parallel().mapToObj(seed -> Simulation.of(seed, Set.of())).forEach(simulation -> {
            if (simulation.failure() != null) {
                fail(simulation.shrunk().told());
            }
        });
    }

    @Test
    void theSimulationMeetsWhatItIsAbout() {
        var met =
                seeds(600).mapToObj(seed -> Simulation.of(seed, Set.of()).run()).toList();

        assertThat(met.stream().mapToInt(world -> world.conflicts).sum()).isGreaterThan(1_000);
        assertThat(met.stream().mapToInt(world -> world.sentAgain).sum()).isGreaterThan(100);
        assertThat(met.stream().mapToInt(world -> world.refusals).sum()).isGreaterThan(1_000);
        assertThat(met.stream().mapToInt(World::lettersWritten).sum()).isGreaterThan(300);
        assertThat(met.stream().mapToInt(world -> world.accepted).sum()).isGreaterThan(100);
        assertThat(met.stream().mapToInt(world -> world.refusedDecisions).sum()).isGreaterThan(100);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "TIE_BROKEN_BY_ARRIVAL")
    void everyFlawIsNoticed(Flaw flaw) {
        assertThat(seeds(SEEDS_TO_SEE_A_FLAW)
                        .mapToObj(seed -> Simulation.of(seed, Set.of(flaw)).failure())
                        .filter(Broken.class::isInstance)
                        .findFirst())
                .as("a seed that notices %s", flaw)
                .isPresent();
    }

    private static LongStream seeds(long count) {
        return LongStream.range(FIRST, FIRST + count);
    }
}
