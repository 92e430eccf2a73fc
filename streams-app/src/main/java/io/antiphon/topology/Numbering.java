package io.antiphon.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names and the small numbers that stand for them in a task's store. A number once given is kept for ever. */
final class Numbering {
    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    static Numbering read(byte[] bytes) {
        var numbering = new Numbering();
        for (String name : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
            numbering.add(name);
        }
        return numbering;
    }

    byte[] toBytes() {
        return String.join("\n", names).getBytes(StandardCharsets.UTF_8);
    }

    /** Gives the name a number where it has none; whether it had none. */
    boolean add(String name) {
        if (numbers.containsKey(name)) {
            return false;
        }
        numbers.put(name, names.size());
        names.add(name);
        return true;
    }

    int of(String name) {
        Integer number = numbers.get(name);
        if (number == null) {
            throw new IllegalStateException("'" + name + "' has no number in this store");
        }
        return number;
    }

    int size() {
        return names.size();
    }

    String name(int number) {
        return names.get(number);
    }
}
