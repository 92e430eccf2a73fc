package io.antiphon.local.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What the numbers were measured on. */
final class Machine {
    private Machine() {}

    static String inWords() {
        return Runtime.getRuntime().availableProcessors() + " processors (" + processor() + "), " + memory() + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java "
                + System.getProperty("java.version");
    }

    /** What else the machine is doing. */
    static String load() {
        return first(Path.of("/proc/loadavg"), "", "unknown").replaceAll("^(\\S+ \\S+ \\S+).*", "$1");
    }

    private static String processor() {
        return first(Path.of("/proc/cpuinfo"), "model name", System.getProperty("os.arch"))
                .replaceFirst("^.*?: *", "");
    }

    private static String memory() {
        String total = first(Path.of("/proc/meminfo"), "MemTotal", "");
        return total.isEmpty()
                ? "memory unknown"
                : String.format(Locale.ROOT, "%.0f GB", Long.parseLong(total.replaceAll("\\D", "")) / 1024.0 / 1024.0);
    }

    private static String first(Path file, String beginning, String otherwise) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(beginning))
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException elsewhere) {
            return otherwise;
        }
    }
}
