package io.antiphon.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

/** P3: a change that saw a value is never beaten by it, whatever any clock says. */
public final class CausalNeverLoses implements Guarantee {
    private CausalNeverLoses() {}

    public static Guarantee causalNeverLoses() {
        return new CausalNeverLoses();
    }

    @Override
    public void holds(Evidence evidence) {
        Map<Integer, String> standing = evidence.valuesAt(evidence.anySite());
        List<Write> beaten = evidence.writes().stream()
                .filter(write ->
                        !write.unsure() && write.saw() != null && write.saw().equals(standing.get(write.key())))
                .toList();
        assertThat(beaten)
                .as("writes beaten by what they had seen, which stands")
                .isEmpty();
    }
}
