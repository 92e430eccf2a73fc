package io.antiphon.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** A properties file, written in order and without a date, so that it can be compared. */
final class Settings {
    private Settings() {}

    static Path write(Path file, Map<String, String> settings) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return Files.writeString(
                    file,
                    settings.entrySet().stream()
                            .map(entry ->
                                    entry.getKey() + "=" + entry.getValue().replace("\\", "\\\\") + "\n")
                            .collect(Collectors.joining()),
                    StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
