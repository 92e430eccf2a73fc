package io.antiphon.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.contract.Conflict;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** P4: every value that was written still stands, was replaced by somebody who saw it, or is in the conflict log. */
public final class NothingLostSilently implements Guarantee {
    private static final Pattern NOTE = Pattern.compile("\"note\"\\s*:\\s*\"([^\"]*)\"");

    private NothingLostSilently() {}

    public static Guarantee nothingLostSilently() {
        return new NothingLostSilently();
    }

    @Override
    public void holds(Evidence evidence) {
        Set<String> accountedFor =
                new HashSet<>(evidence.valuesAt(evidence.anySite()).values());
        evidence.writes().stream().map(Write::saw).filter(saw -> saw != null).forEach(accountedFor::add);
        evidence.mesh().conflicts(evidence.table()).stream()
                .flatMap(NothingLostSilently::values)
                .forEach(accountedFor::add);
        List<Write> lost = evidence.writes().stream()
                .filter(write -> !write.unsure() && write.wrote() != null && !accountedFor.contains(write.wrote()))
                .toList();
        assertThat(lost).as("values lost without a word").isEmpty();
    }

    private static Stream<String> values(Conflict conflict) {
        return Stream.of(conflict.getStanding().getRow(), conflict.getIncoming().getRow())
                .filter(row -> row != null)
                .map(NOTE::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1));
    }
}
