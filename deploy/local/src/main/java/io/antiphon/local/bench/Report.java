package io.antiphon.local.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** What was measured, where, and with which settings. */
public final class Report {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> circumstances = new LinkedHashMap<>();
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Consumer<String> listener;

    /** @param listener told every number at once, as it comes in */
    Report(Consumer<String> listener) {
        this.listener = listener;
    }

    void circumstance(String name, String value) {
        circumstances.put(name, value);
    }

    void add(Figure figure) {
        tell("antiphon", figure);
        figures.add(figure);
    }

    /** Sets the baseline's number beside ours of the same scenario and name, or on a line of its own. */
    void addBaseline(Figure theirs) {
        tell("debezium", theirs);
        double number = theirs.antiphon().orElseThrow();
        for (int i = 0; i < figures.size(); i++) {
            if (figures.get(i).isAbout(theirs.scenario(), theirs.name())) {
                figures.set(i, figures.get(i).beside(number));
                return;
            }
        }
        int place = figures.size();
        for (int i = 0; i < figures.size(); i++) {
            if (figures.get(i).scenario().equals(theirs.scenario())) {
                place = i + 1;
            }
        }
        figures.add(
                place,
                new Figure(
                        theirs.scenario(),
                        theirs.name(),
                        theirs.unit(),
                        OptionalDouble.empty(),
                        theirs.antiphon(),
                        ""));
    }

    /** The baseline's number of another line beside ours of this one, because that is what it is to be compared with. */
    void compare(String scenario, String name, String withName) {
        OptionalDouble theirs = figures.stream()
                .filter(figure -> figure.isAbout(scenario, withName))
                .map(Figure::baseline)
                .findFirst()
                .orElse(OptionalDouble.empty());
        theirs.ifPresent(number ->
                figures.replaceAll(figure -> figure.isAbout(scenario, name) ? figure.beside(number) : figure));
    }

    void note(String note) {
        notes.add(note);
    }

    /** As a person reads it. */
    public List<String> table() {
        var lines = new ArrayList<String>();
        circumstances.forEach((name, value) -> lines.add(String.format(Locale.ROOT, "%-10s %s", name, value)));
        lines.add("");
        boolean compares = figures.stream().anyMatch(figure -> figure.baseline().isPresent());
        lines.add(String.format(
                Locale.ROOT,
                "%-52s %12s%s %-9s %s",
                "",
                "antiphon",
                compares ? String.format(Locale.ROOT, " %12s %7s", "debezium", "ratio") : "",
                "",
                ""));
        String scenario = "";
        for (Figure figure : figures) {
            if (!figure.scenario().equals(scenario)) {
                scenario = figure.scenario();
                lines.add(scenario);
            }
            lines.add(String.format(
                            Locale.ROOT,
                            "  %-50s %12s%s %-9s %s",
                            figure.name(),
                            number(figure.antiphon()),
                            compares
                                    ? String.format(
                                            Locale.ROOT,
                                            " %12s %7s",
                                            number(figure.baseline()),
                                            figure.ratio().isPresent()
                                                    ? String.format(
                                                            Locale.ROOT,
                                                            "%.2f",
                                                            figure.ratio().getAsDouble())
                                                    : "")
                                    : "",
                            figure.unit(),
                            figure.target())
                    .stripTrailing());
        }
        lines.add("");
        notes.forEach(note -> lines.add("* " + note));
        return lines;
    }

    /** As a program reads it. */
    public String json() {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode of = root.putObject("circumstances");
        circumstances.forEach(of::put);
        ArrayNode all = root.putArray("figures");
        for (Figure figure : figures) {
            ObjectNode one = all.addObject();
            one.put("scenario", figure.scenario());
            one.put("figure", figure.name());
            one.put("unit", figure.unit());
            figure.antiphon().ifPresent(number -> one.put("antiphon", rounded(number)));
            figure.baseline().ifPresent(number -> one.put("debezium", rounded(number)));
            figure.ratio().ifPresent(number -> one.put("ratio", rounded(number)));
            if (!figure.target().isEmpty()) {
                one.put("target", figure.target());
            }
        }
        ArrayNode said = root.putArray("notes");
        notes.forEach(said::add);
        return root.toPrettyString();
    }

    private void tell(String whose, Figure figure) {
        listener.accept("  " + whose + ", " + figure.name() + ": " + number(figure.antiphon()) + " " + figure.unit());
    }

    private static String number(OptionalDouble number) {
        if (number.isEmpty()) {
            return "";
        }
        double value = number.getAsDouble();
        return String.format(
                Locale.ROOT, Math.abs(value) < 100 && value != Math.rint(value) ? "%,.1f" : "%,.0f", value);
    }

    private static double rounded(double number) {
        return Math.round(number * 1000) / 1000.0;
    }
}
