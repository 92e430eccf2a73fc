package io.antiphon.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The same logs come to the same rows, in whatever interleaving they are heard. */
class InterleavingsTest {
    private static final long SEEDS = Long.getLong("antiphon.simulation.seeds", 20_000) / 16;

    @Test
    void theSameLogsComeToTheSameRows() {
        assertThat(differences(SEEDS, Set.of()).findFirst()).isEmpty();
    }

    @Test
    void aTieBrokenByArrivalIsNoticed() {
        assertThat(differences(100, Set.of(Flaw.TIE_BROKEN_BY_ARRIVAL)).findFirst())
                .isPresent();
    }

    private static Stream<String> differences(long seeds, Set<Flaw> flaws) {
        return LongStream.rangeClosed(1, seeds)
                .parallel()
                .mapToObj(seed -> new Interleavings(seed))
                .flatMap(law -> LongStream.rangeClosed(2, 4).mapToObj(other -> law.difference(1, other, flaws)))
                .filter(Objects::nonNull);
    }
}
