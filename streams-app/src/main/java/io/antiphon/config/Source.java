package io.antiphon.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** The file that is read and the variables it may refer to: says where a fault is, and what a reference stands for. */
record Source(Path file, Map<String, String> environment) {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z]*):([^}]*)}?");

    ConfigurationException fault(String causeAndMend) {
        return new ConfigurationException(file + ": " + causeAndMend);
    }

    ConfigurationException fault(Node at, String causeAndMend) {
        return fault(at.getStartMark(), causeAndMend);
    }

    ConfigurationException fault(Optional<Mark> at, String causeAndMend) {
        return at.map(mark -> new ConfigurationException(file + ":" + (mark.getLine() + 1) + ": " + causeAndMend))
                .orElseGet(() -> fault(causeAndMend));
    }

    /** The text with its references replaced. Neither is ever part of a fault: it may be a secret. */
    String resolve(Node at, String path, String text) {
        Matcher reference = REFERENCE.matcher(text);
        var resolved = new StringBuilder();
        while (reference.find()) {
            String name = reference.group(2);
            if (!reference.group(1).equals("env")
                    || name.isEmpty()
                    || !reference.group().endsWith("}")) {
                throw fault(at, path + " holds a reference that cannot be read: write ${env:NAME}");
            }
            String value = environment.get(name);
            if (value == null) {
                throw fault(
                        at,
                        path + " refers to ${env:" + name + "}, but the environment variable " + name
                                + " is not set: export it, or write the value here");
            }
            reference.appendReplacement(resolved, Matcher.quoteReplacement(value));
        }
        return reference.appendTail(resolved).toString();
    }
}
