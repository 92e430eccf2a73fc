package io.antiphon.topology;

import io.antiphon.resolve.Policy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** A jsonb object's members by their keys, both as PostgreSQL writes them. */
final class JsonParts implements Policy.Splitting {
    /** As jsonb keeps them: short keys first, equally long ones by their bytes. */
    private static final Comparator<String> ORDER = Comparator.<String>comparingInt(key -> bytes(key).length)
            .thenComparing((one, other) -> Arrays.compareUnsigned(bytes(one), bytes(other)));

    private static byte[] bytes(String key) {
        return unescaped(key).getBytes(StandardCharsets.UTF_8);
    }

    private static String unescaped(String key) {
        if (key.indexOf('\\') < 0) {
            return key.substring(1, key.length() - 1);
        }
        var plain = new StringBuilder();
        for (int at = 1; at < key.length() - 1; at++) {
            char c = key.charAt(at);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            char escaped = key.charAt(++at);
            switch (escaped) {
                case 'b' -> plain.append('\b');
                case 'f' -> plain.append('\f');
                case 'n' -> plain.append('\n');
                case 'r' -> plain.append('\r');
                case 't' -> plain.append('\t');
                case 'u' -> {
                    plain.append((char) Integer.parseInt(key.substring(at + 1, at + 5), 16));
                    at += 4;
                }
                default -> plain.append(escaped);
            }
        }
        return plain.toString();
    }

    @Override
    public Map<String, String> parts(@Nullable Object value) {
        var parts = new TreeMap<String, String>();
        if (value == null || !isWhole(value)) {
            return parts;
        }
        String text = value.toString();
        for (String member : Elements.split(text.substring(1, text.length() - 1))) {
            int end = endOfString(member);
            parts.put(
                    member.substring(0, end),
                    member.substring(member.indexOf(':', end) + 1).strip());
        }
        return parts;
    }

    private static int endOfString(String member) {
        int at = 1;
        while (member.charAt(at) != '"') {
            at += member.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    @Override
    public boolean isWhole(@Nullable Object value) {
        return value != null && value.toString().startsWith("{");
    }

    @Override
    public Object joined(Map<String, String> parts) {
        return new Utf8(parts.keySet().stream()
                .sorted(ORDER)
                .map(key -> key + ": " + parts.get(key))
                .collect(Collectors.joining(", ", "{", "}")));
    }
}
