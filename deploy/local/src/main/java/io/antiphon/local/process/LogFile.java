package io.antiphon.local.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A process's log, read from its end. */
final class LogFile {
    private static final long ROLL_AT = 20L << 20;
    private static final int TAIL = 1 << 16;
    private static final Pattern TROUBLE = Pattern.compile("\\b(ERROR|FATAL)\\b|Exception|error:|Error:|OutOfMemory");
    private static final String FULL = "No space left on device";
    private static final Pattern STACK = Pattern.compile("^\\s+at |^\\s*\\.\\.\\. \\d+ more|^\\s*$");

    private final Path path;

    LogFile(Path path) {
        this.path = path;
    }

    /** Keeps one former log when this one has grown large. Called before the process starts, never while it writes. */
    void roll() {
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            if (Files.exists(path) && Files.size(path) > ROLL_AT) {
                Files.move(path, path.resolveSibling(path.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long size() {
        try {
            return Files.exists(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** The last lines that are not stack frames, of what was written after a size noted earlier. */
    List<String> lastLines(int count, long after) {
        List<String> lines =
                tail(after).stream().filter(line -> !STACK.matcher(line).find()).toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** The last line that looks like a cause, or one that tells of a full disk, which has many others follow; null if none does. */
    @Nullable
    String cause(long after) {
        String found = null;
        for (String line : tail(after)) {
            if (line.contains(FULL)) {
                return line;
            }
            if (line.startsWith("Caused by:")
                    || (TROUBLE.matcher(line).find() && !STACK.matcher(line).find())) {
                found = line;
            }
        }
        return found;
    }

    private List<String> tail(long after) {
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            long from = Math.max(Math.min(after, file.length()), file.length() - TAIL);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
