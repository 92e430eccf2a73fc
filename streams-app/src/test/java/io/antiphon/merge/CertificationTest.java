package io.antiphon.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificationTest {
    @Test
    void aMergeThatKeepsTheLawsIsCertified() {
        assertThat(fault(
                        "int4",
                        (one, other) -> one == null || other == null
                                ? one == null ? other : one
                                : (Object) Math.max((Long) one, (Long) other)))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"int8", "numeric", "float8", "bool", "text", "date", "timestamptz", "jsonb", "_int4", "uuid"})
    void everyTypeHasValuesToTry(String type) {
        assertThat(fault(type, (one, other) -> one)).startsWith("is not commutative: with a = ");
    }

    @Test
    void oneThatTakesTheFirstIsRefusedWithAnExample() {
        assertThat(fault("int4", (one, other) -> one == null ? other : one))
                .matches(
                        "is not commutative: with a = -?\\d+, b = -?\\d+, merge\\(a, b\\) is -?\\d+ and merge\\(b, a\\) is -?\\d+");
    }

    @Test
    void oneThatAddsIsRefusedBecauseAReplayWouldCountTwice() {
        assertThat(fault("int4", (one, other) -> (one == null ? 0 : (Long) one) + (other == null ? 0 : (Long) other)))
                .startsWith("is not idempotent: with a = ");
    }

    @Test
    void oneThatTakesTheMeanIsRefused() {
        assertThat(fault(
                        "numeric",
                        (one, other) -> one == null || other == null
                                ? null
                                : one.equals(other)
                                        ? one
                                        : ((BigDecimal) one)
                                                .add((BigDecimal) other)
                                                .divide(BigDecimal.valueOf(2))))
                .startsWith("is not associative: with a = ");
    }

    @Test
    void oneThatDoesNotKnowNullIsRefused() {
        assertThat(fault("text", (one, other) -> ((String) one).compareTo((String) other) > 0 ? one : other))
                .startsWith("is not total: merge(null, null) throws java.lang.NullPointerException");
    }

    @Test
    void oneThatReturnsAnotherTypeIsRefused() {
        assertThat(fault("int4", (one, other) -> Objects.toString(one)))
                .isEqualTo("is not total: merge(null, null) is a String and no Long");
    }

    private static @Nullable String fault(String type, BinaryOperator<@Nullable Object> values) {
        var merge = new Merge() {
            @Override
            public String name() {
                return "tried";
            }

            @Override
            public boolean fits(String any) {
                return true;
            }

            @Override
            public @Nullable Object merge(@Nullable Object one, @Nullable Object other) {
                return values.apply(one, other);
            }
        };
        return Certification.fault(merge, type).orElse(null);
    }
}
