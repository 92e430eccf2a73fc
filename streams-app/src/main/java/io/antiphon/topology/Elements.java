package io.antiphon.topology;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The elements of PostgreSQL's own text of an array, or of a jsonb array, each as it stands there. */
enum Elements {
    OF_ARRAY('{', '}', ","),
    OF_JSON('[', ']', ", ");

    /** Numbers as numbers and before all else, the rest as text. */
    static final Comparator<String> ORDER = Comparator.comparing(
                    Elements::number, Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(Comparator.naturalOrder());

    private final char open;
    private final char close;
    private final String separator;

    Elements(char open, char close, String separator) {
        this.open = open;
        this.close = close;
        this.separator = separator;
    }

    private static @Nullable BigDecimal number(String element) {
        char first = element.charAt(0);
        if (first != '-' && (first < '0' || first > '9')) {
            return null;
        }
        try {
            return new BigDecimal(element);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Null where the text is of no list, or of a list of lists whose lengths would have to agree. */
    @Nullable
    List<String> of(String text) {
        String list = this == OF_ARRAY && text.startsWith("[") ? text.substring(text.indexOf('=') + 1) : text;
        if (list.length() < 2 || list.charAt(0) != open || list.charAt(list.length() - 1) != close) {
            return null;
        }
        List<String> elements = split(list.substring(1, list.length() - 1));
        return this == OF_ARRAY && elements.stream().anyMatch(element -> element.charAt(0) == open) ? null : elements;
    }

    String text(Collection<String> elements) {
        return open + String.join(separator, elements) + close;
    }

    /** What stands between the commas that are in no string, list or object. */
    static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int depth = 0;
        boolean quoted = false;
        int from = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == '{' || c == '[')) {
                depth++;
            } else if (!quoted && (c == '}' || c == ']')) {
                depth--;
            } else if (!quoted && depth == 0 && c == ',') {
                parts.add(text.substring(from, at).strip());
                from = at + 1;
            }
        }
        if (!text.isBlank()) {
            parts.add(text.substring(from).strip());
        }
        return parts;
    }
}
