package io.antiphon.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** What stands at one key of the file, read as what it should be. */
record Value(Source source, String path, Node node) {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,13}) ?(ms|s|m|h|d)");
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Map<String, ChronoUnit> UNITS = Map.of(
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);

    /** What is made of the text; what cannot be is a fault here. */
    <T> T as(Function<String, T> made) {
        try {
            return made.apply(text());
        } catch (IllegalArgumentException e) {
            throw source.fault(node, String.valueOf(e.getMessage()));
        }
    }

    String text() {
        if (node instanceof ScalarNode scalar && !node.getTag().equals(Tag.NULL)) {
            return source.resolve(node, path, scalar.getValue());
        }
        throw fault(
                node.getTag().equals(Tag.NULL) ? " has no value: write it after the colon" : " is not a single value");
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    int wholeNumber(int least, int most) {
        String text = text();
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw fault(" is '" + text + "': write a whole number");
        }
        throw fault(
                " is " + text + ": write a number from " + least + (most == Integer.MAX_VALUE ? "" : " to " + most));
    }

    Duration duration() {
        String text = text();
        Duration duration = duration(text)
                .orElseThrow(() -> fault(" is '" + text
                        + "', which is no duration: write a whole number and ms, s, m, h or d, as in 10s"));
        if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
            throw fault(" is '" + text + "': it is from 1ms to " + LONGEST.toDays() + "d");
        }
        return duration;
    }

    static Optional<Duration> duration(String text) {
        Matcher form = DURATION.matcher(text);
        return form.matches()
                ? Optional.of(Duration.of(Long.parseLong(form.group(1)), UNITS.get(form.group(2))))
                : Optional.empty();
    }

    Optional<Duration> durationOrForever() {
        return text().equals("forever") ? Optional.empty() : Optional.of(duration());
    }

    /** One of the key's words. */
    String word(Key key) {
        String text = text();
        if (key.form.words().contains(text)) {
            return text;
        }
        if (key.form.later().contains(text)) {
            throw fault(
                    ": " + text + " is not available in this version: use " + String.join(" or ", key.form.words()));
        }
        String near = Nearest.to(text, key.form.words())
                .map(word -> ": did you mean '" + word + "'?")
                .orElseGet(() -> ": use " + String.join(" or ", key.form.words()));
        throw fault(" is '" + text + "'" + near);
    }

    BigDecimal number() {
        String text = text();
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw fault(" is '" + text + "': write a number");
        }
    }

    /** A list of texts is one group of them, a list of such lists several. */
    List<List<String>> groups() {
        var single = new ArrayList<String>();
        var several = new ArrayList<List<String>>();
        for (Node item : items()) {
            var value = new Value(source, path, item);
            if (item instanceof SequenceNode) {
                several.add(value.texts());
            } else {
                single.add(value.text());
            }
        }
        if (!single.isEmpty() && !several.isEmpty()) {
            throw fault(" mixes columns and lists of columns: write [[a, b], [c, d]]");
        }
        return single.isEmpty() ? several : List.of(single);
    }

    /** A list of texts. */
    List<String> texts() {
        return items().stream()
                .map(item -> new Value(source, path, item).text())
                .distinct()
                .toList();
    }

    private List<Node> items() {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        throw fault(" is not a list: write [a, b]");
    }

    /** A fault of this value, which is left out where it may be secret. */
    ConfigurationException fault(String causeAndMend) {
        return source.fault(node, path + causeAndMend);
    }
}
