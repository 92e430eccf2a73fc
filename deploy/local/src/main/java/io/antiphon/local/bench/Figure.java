package io.antiphon.local.bench;

import java.util.OptionalDouble;

/**
 * One measured number.
 *
 * @param scenario what was done
 * @param name what was measured
 * @param unit of the numbers, e.g. {@code rows/s}
 * @param baseline the same of Debezium's own sink, where there is such a thing
 * @param target what it should be, in words; empty for none
 */
record Figure(
        String scenario, String name, String unit, OptionalDouble antiphon, OptionalDouble baseline, String target) {
    static Figure of(String scenario, String name, String unit, double number) {
        return new Figure(scenario, name, unit, OptionalDouble.of(number), OptionalDouble.empty(), "");
    }

    Figure aimedAt(String aim) {
        return new Figure(scenario, name, unit, antiphon, baseline, aim);
    }

    Figure beside(double other) {
        return new Figure(scenario, name, unit, antiphon, OptionalDouble.of(other), target);
    }

    boolean isAbout(String otherScenario, String otherName) {
        return scenario.equals(otherScenario) && name.equals(otherName);
    }

    OptionalDouble ratio() {
        return antiphon.isPresent() && baseline.isPresent() && baseline.getAsDouble() != 0
                ? OptionalDouble.of(antiphon.getAsDouble() / baseline.getAsDouble())
                : OptionalDouble.empty();
    }
}
