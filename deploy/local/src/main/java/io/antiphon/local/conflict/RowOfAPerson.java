package io.antiphon.local.conflict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.antiphon.apply.postgresql.site.PostgresSite;
import io.antiphon.apply.postgresql.site.SiteException;
import io.antiphon.apply.postgresql.site.SiteUnreachableException;
import io.antiphon.apply.postgresql.site.StoredValue;
import io.antiphon.config.Configuration;
import io.antiphon.config.ConfigurationException;
import io.antiphon.key.RowKey;
import io.antiphon.local.stack.Sites;
import io.antiphon.local.stack.StackException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row that a person gives, in the form in which capture would bring it: a value that a site stores in another form than it was given would
 * come back as another one.
 *
 * <p>A site's own database is asked what it makes of the values.
 */
public final class RowOfAPerson {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Types that capture brings in another form than PostgreSQL's text: such a value is taken only as the conflict shows it. */
    private static final Set<String> IN_ANOTHER_FORM =
            Set.of("time", "timetz", "interval", "bytea", "bit", "varbit", "money");

    private static final int MICROS = 6;

    private RowOfAPerson() {}

    /**
     * The row without its key, as JSON.
     *
     * @throws ConfigurationException in one line, if it is no JSON object of columns or changes the key
     * @throws SiteException in one line, if the table has no such column or a value is none of its column's
     */
    public static String read(String text, ConflictId about, Configuration configuration) {
        JsonNode given = object(text);
        var values = new LinkedHashMap<String, Optional<String>>();
        given.fields()
                .forEachRemaining(field -> values.put(field.getKey(), Optional.ofNullable(text(field.getValue()))));
        if (values.isEmpty()) {
            throw new ConfigurationException("the row names no column: write {\"column\": value, …}");
        }
        List<StoredValue> stored = stored(values, about, configuration);
        List<String> names = List.copyOf(values.keySet());
        ObjectNode row = JSON.createObjectNode();
        for (int i = 0; i < stored.size(); i++) {
            StoredValue value = stored.get(i);
            JsonNode original = given.get(names.get(i));
            if (value.keyPlace() >= 0) {
                isOf(about, value, original);
            } else {
                row.set(value.column(), captured(value, original));
            }
        }
        return row.toString();
    }

    private static JsonNode object(String text) {
        try {
            JsonNode given = JSON.readTree(text);
            if (given.isObject()) {
                return given;
            }
        } catch (JsonProcessingException e) {
            throw new ConfigurationException("--row is not JSON: " + e.getOriginalMessage());
        }
        throw new ConfigurationException("--row is not a JSON object: write {\"column\": value, …}");
    }

    private static @Nullable String text(JsonNode value) {
        return value.isNull() ? null : value.isValueNode() ? value.asText() : value.toString();
    }

    private static List<StoredValue> stored(
            Map<String, Optional<String>> values, ConflictId about, Configuration configuration) {
        SiteUnreachableException unreachable = null;
        for (PostgresSite site : Sites.of(configuration)) {
            try {
                return site.asStored(about.table(), values);
            } catch (SiteUnreachableException e) {
                unreachable = e;
            } catch (SQLException e) {
                throw new StackException(site.id() + " cannot be asked what it makes of the row: " + e.getMessage());
            }
        }
        throw unreachable == null ? new StackException("the mesh has no site") : unreachable;
    }

    private static void isOf(ConflictId about, StoredValue value, JsonNode original) {
        String is = new RowKey(about.key()).values().get(value.keyPlace());
        if (!is.equals(value.text()) && !is.equals(text(original))) {
            throw new ConfigurationException("column '" + value.column() + "' is of the key " + about.key()
                    + ", which a decision cannot change: leave it out");
        }
    }

    private static JsonNode captured(StoredValue value, JsonNode original) {
        String text = value.text();
        if (text == null || IN_ANOTHER_FORM.contains(value.base())) {
            return original;
        }
        return switch (value.base()) {
            case "int2", "int4", "int8", "float4", "float8", "bool" -> scalar(text, original);
            case "date" -> JSON.getNodeFactory().textNode(isFinite(text) ? text + "Z" : text);
            case "timestamp" -> JSON.getNodeFactory().textNode(isFinite(text) ? text.replace(' ', 'T') + "Z" : text);
            case "timestamptz" ->
                isOfUsualPrecision(value) ? JSON.getNodeFactory().textNode(zoned(text)) : original;
            default -> JSON.getNodeFactory().textNode(text);
        };
    }

    /** Capture writes as many digits as the column has. */
    private static boolean isOfUsualPrecision(StoredValue value) {
        return value.type().equals("timestamp with time zone");
    }

    private static String zoned(String text) {
        if (!isFinite(text)) {
            return text;
        }
        String moment = text.replace(' ', 'T').replaceFirst("\\+00$", "");
        int point = moment.indexOf('.');
        String fraction = point < 0 ? "" : moment.substring(point + 1);
        return (point < 0 ? moment : moment.substring(0, point)) + "." + fraction
                + "0".repeat(MICROS - fraction.length()) + "Z";
    }

    /** Moments before Christ and infinity have forms of their own. */
    private static boolean isFinite(String text) {
        return !text.endsWith("infinity") && !text.endsWith(" BC");
    }

    private static JsonNode scalar(String text, JsonNode original) {
        return switch (text) {
            case "true", "t" -> JSON.getNodeFactory().booleanNode(true);
            case "false", "f" -> JSON.getNodeFactory().booleanNode(false);
            default -> {
                try {
                    yield JSON.readTree(text);
                } catch (JsonProcessingException e) {
                    yield original;
                }
            }
        };
    }
}
