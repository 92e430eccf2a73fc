package io.antiphon.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The entries of one mapping of the file, none of them twice. */
final class Mapping {
    private final Source source;
    private final String path;
    private final Node node;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Where an entry's key is, and its value. */
    private record Entry(Node key, Node value) {}

    private Mapping(Source source, String path, Node node) {
        this.source = source;
        this.path = path;
        this.node = node;
    }

    /** The mapping at a path; nothing after the colon is an empty one. */
    static Mapping of(Source source, String path, Node node) {
        var mapping = new Mapping(source, path, node);
        if (node instanceof MappingNode map) {
            map.getValue().forEach(mapping::add);
        } else if (!node.getTag().equals(Tag.NULL)) {
            throw source.fault(
                    node,
                    path.isEmpty()
                            ? "this is not a configuration: it begins with 'mesh: NAME'"
                            : path + " is not a mapping: write { key: value, … } or indented lines of 'key: value'");
        }
        return mapping;
    }

    private void add(NodeTuple tuple) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            throw source.fault(tuple.getKeyNode(), "a key" + under() + " is not a text");
        }
        Entry earlier = entries.putIfAbsent(key.getValue(), new Entry(key, tuple.getValueNode()));
        if (earlier != null) {
            String first = earlier.key
                    .getStartMark()
                    .map(mark -> " (first on line " + (mark.getLine() + 1) + ")")
                    .orElse("");
            throw source.fault(
                    key, "'" + key.getValue() + "' is there twice" + under() + first + ": rename or remove one");
        }
    }

    /** The same mapping, whose every key is one of this section. */
    Mapping holding(Key.Section section) {
        Map<String, Key> known = section.keys().stream().collect(Collectors.toMap(key -> key.key, Function.identity()));
        entries.forEach((name, entry) -> {
            Key key = known.get(name);
            if (key == null) {
                throw source.fault(entry.key, "unknown key '" + name + "'" + under() + ": " + mend(name, section));
            }
            if (key.later()) {
                throw source.fault(
                        entry.key, "'" + name + "'" + under() + " is not available in this version: remove it");
            }
        });
        return this;
    }

    private static String mend(String name, Key.Section section) {
        List<String> known = section.keys().stream()
                .filter(key -> !key.later())
                .map(key -> key.key)
                .toList();
        return Nearest.to(name, known)
                .map(near -> "did you mean '" + near + "'?")
                .or(() -> elsewhere(name))
                .orElseGet(() -> "known here are " + String.join(", ", known));
    }

    private static Optional<String> elsewhere(String name) {
        return Stream.of(Key.values())
                .filter(key -> key.key.equals(name) && !key.later())
                .map(key -> key.in == Key.Section.TOP
                        ? "it belongs to the top of the file"
                        : "it belongs under " + key.in.path)
                .findFirst();
    }

    /** The same mapping, in which only this key has a list. */
    Mapping withOnlyList(Key only) {
        entries.forEach((name, entry) -> {
            if (entry.value instanceof SequenceNode && !name.equals(only.key)) {
                throw source.fault(
                        entry.key, "unknown key '" + name + "'" + under() + ": did you mean '" + only.key + "'?");
            }
        });
        return this;
    }

    /** What stands at a key. */
    Optional<Value> value(Key key) {
        return Optional.ofNullable(entries.get(key.key)).map(entry -> new Value(source, below(key.key), entry.value));
    }

    /** What has to stand at a key. */
    Value required(Key key) {
        return value(key)
                .orElseThrow(() -> source.fault(
                        node,
                        (path.isEmpty() ? "" : path + ": ") + "'" + key.key + "' is missing: write '" + key.key
                                + (key.example.isEmpty() ? ": …'" : ": " + key.example + "'")));
    }

    /** The mapping at a key, empty where there is none. */
    Mapping mapping(Key key) {
        Entry entry = entries.get(key.key);
        return entry == null ? new Mapping(source, below(key.key), node) : of(source, below(key.key), entry.value);
    }

    /** What is made of each entry, in the file's order; what cannot be is a fault at the entry. */
    <T> List<T> each(Reading<T> reading) {
        var all = new ArrayList<T>();
        entries.forEach((name, entry) -> {
            try {
                all.add(reading.read(name, of(source, below(name), entry.value)));
            } catch (IllegalArgumentException e) {
                throw source.fault(entry.key, String.valueOf(e.getMessage()));
            }
        });
        return all;
    }

    /** Makes something of a named mapping. */
    interface Reading<T> {
        T read(String name, Mapping mapping);
    }

    /** What is made of this mapping; what cannot be is a fault here. */
    <T> T as(Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw fault(String.valueOf(e.getMessage()));
        }
    }

    ConfigurationException fault(String causeAndMend) {
        return source.fault(node, causeAndMend);
    }

    /** The same mapping but for one entry. */
    Mapping without(Key key) {
        var rest = new Mapping(source, path, node);
        rest.entries.putAll(entries);
        rest.entries.remove(key.key);
        return rest;
    }

    private String below(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private String under() {
        return path.isEmpty() ? "" : " under " + path;
    }
}
