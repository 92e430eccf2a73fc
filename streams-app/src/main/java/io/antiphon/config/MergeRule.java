package io.antiphon.config;

import io.antiphon.merge.Certification;
import io.antiphon.merge.ColumnType;
import io.antiphon.merge.Merge;
import io.antiphon.mesh.SiteId;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * How values that concurrent changes wrote become one.
 *
 * @param name one of those below, or that of a user's own
 * @param priority the sites whose values stand before those of others, first the first; empty for the order of the mesh
 * @param atLeast what a sum is shown as at least, null for no bound
 * @param atMost what a sum is shown as at most, null for no bound
 * @throws IllegalArgumentException in one line, if it is no such rule
 */
public record MergeRule(
        String name,
        List<SiteId> priority,
        @Nullable BigDecimal atLeast,
        @Nullable BigDecimal atMost) {
    public static final String LAST_WRITER_WINS = "last-writer-wins";
    public static final String FIRST_WRITER_WINS = "first-writer-wins";
    public static final String SITE_PRIORITY = "site-priority";
    public static final String MAX = "max";
    public static final String MIN = "min";
    public static final String ADD_DELTAS = "add-deltas";
    public static final String UNION = "union";
    public static final String JSON_MERGE = "json-merge";

    /** Those that are here already. */
    static final List<String> NAMES =
            List.of(LAST_WRITER_WINS, FIRST_WRITER_WINS, SITE_PRIORITY, MAX, MIN, ADD_DELTAS, UNION, JSON_MERGE);

    /** Those that take one site's write as it is, whatever it is of. */
    static final List<String> OF_ANYTHING = NAMES.subList(0, 3);

    public MergeRule {
        priority = List.copyOf(priority);
        if (!priority.isEmpty() && !name.equals(SITE_PRIORITY)) {
            throw new IllegalArgumentException(
                    "merge '" + name + "' asks no site first: remove 'priority', or merge by " + SITE_PRIORITY);
        }
        if (priority.stream().distinct().count() < priority.size()) {
            throw new IllegalArgumentException("a site is in 'priority' twice: remove one");
        }
        if ((atLeast != null || atMost != null) && !name.equals(ADD_DELTAS)) {
            throw new IllegalArgumentException(
                    "merge '" + name + "' has no bounds: remove 'at-least' and 'at-most', or merge by " + ADD_DELTAS);
        }
        if (atLeast != null && atMost != null && atLeast.compareTo(atMost) > 0) {
            throw new IllegalArgumentException(
                    "at-least " + atLeast + " is above at-most " + atMost + ": exchange them");
        }
    }

    /** The rule with this name and nothing else said. */
    public static MergeRule of(String name) {
        return new MergeRule(name, List.of(), null, null);
    }

    /** What every column has that nothing is said of. */
    public static MergeRule lastWriterWins() {
        return of(LAST_WRITER_WINS);
    }

    public boolean isLastWriterWins() {
        return name.equals(LAST_WRITER_WINS);
    }

    /** The user's own merge that is called so, or whose class is. */
    public static Optional<Merge> own(String name) {
        try {
            for (Merge merge : ServiceLoader.load(Merge.class)) {
                if (merge.name().equals(name) || merge.getClass().getName().equals(name)) {
                    return Optional.of(merge);
                }
            }
            return Optional.empty();
        } catch (ServiceConfigurationError e) {
            throw new IllegalArgumentException(
                    "a merge of your own cannot be loaded (" + e.getMessage() + "): mend its jar", e);
        }
    }

    /** Why this rule cannot merge the values of a column; empty if it can. The type is as in {@code pg_type.typname}. */
    public Optional<String> misfit(String column, String type) {
        ColumnType kind = ColumnType.of(type);
        String needs =
                switch (name) {
                    case LAST_WRITER_WINS, FIRST_WRITER_WINS, SITE_PRIORITY -> "";
                    case MAX, MIN -> kind.isOrdered() ? "" : "numbers, texts, dates, timestamps or booleans";
                    case ADD_DELTAS -> needsOfSum(kind);
                    case UNION -> kind == ColumnType.ARRAY || kind == ColumnType.JSON_BINARY ? "" : "an array or jsonb";
                    case JSON_MERGE -> kind == ColumnType.JSON_BINARY ? "" : "jsonb";
                    default -> needsOfOwn(type);
                };
        return needs.isEmpty()
                ? Optional.empty()
                : Optional.of("column " + column + " is " + type + ", and merge '" + name + "' needs " + needs);
    }

    private String needsOfOwn(String type) {
        Optional<Merge> merge = own(name);
        if (merge.isEmpty()) {
            return "its jar on the class path, in ANTIPHON_MERGES";
        }
        return merge.get().fits(type)
                ? Certification.fault(merge.get(), type)
                        .map(law -> "to keep the laws of a merge, but " + law)
                        .orElse("")
                : "a type that it takes";
    }

    private String needsOfSum(ColumnType kind) {
        if (kind == ColumnType.DECIMAL) {
            return "";
        }
        return kind != ColumnType.WHOLE
                ? "whole or decimal numbers"
                : isWhole(atLeast) && isWhole(atMost) ? "" : "whole bounds";
    }

    private static boolean isWhole(@Nullable BigDecimal bound) {
        return bound == null || bound.stripTrailingZeros().scale() <= 0;
    }
}
