package io.antiphon.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** {@code antiphon.yaml}, read and written. */
final class ConfigurationFile {
    private ConfigurationFile() {}

    static Configuration read(Path file, Map<String, String> environment) {
        throw new ConfigurationException(file + ": cannot be read yet with " + environment.size() + " variables");
    }

    static String render(Configuration configuration) {
        throw new ConfigurationException(configuration.mesh() + ": cannot be written yet");
    }

    static void write(Configuration configuration, Path file) throws IOException {
        Files.writeString(file, render(configuration), StandardCharsets.UTF_8);
    }
}
