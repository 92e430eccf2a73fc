package io.antiphon.local.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Processor time and memory of processes with all their children, as Linux counts them.
 *
 * <p>Time of children that have ended is their parent's, once it has noticed; a database server has many such.
 */
final class ProcessTimes {
    private static final Path PROC = Path.of("/proc");
    private static final double MICROS_A_TICK = 10_000;
    private static final int PARENT = 1;
    private static final int FIRST_TIME = 11;
    private static final int TIMES = 4;
    private static final double LEAST_SHOWN = 0.05;
    private static final Pattern COMPILER = Pattern.compile("\\(C[12] CompilerThre");

    private final Map<String, LongSupplier> processes = new ConcurrentSkipListMap<>();
    private final Set<Long> left = ConcurrentHashMap.newKeySet();

    /**
     * Microseconds until now.
     *
     * @param micros of each process
     * @param compilers what Java's compilers took of that
     */
    record Reading(Map<String, Double> micros, double compilers) {
        /** How much for each row since an earlier reading. */
        PerRow perRow(Reading before, long rows) {
            var per = new LinkedHashMap<String, Double>();
            micros.forEach(
                    (name, now) -> per.put(name, (now - before.micros.getOrDefault(name, 0.0)) / Math.max(1, rows)));
            return new PerRow(per, (compilers - before.compilers) / Math.max(1, rows));
        }
    }

    /**
     * Microseconds for each row.
     *
     * @param processes of each process; empty where it cannot be said
     * @param compilers what Java's compilers took of that: a process that has run for long has none of it
     */
    record PerRow(Map<String, Double> processes, double compilers) {
        double all() {
            return processes.values().stream().mapToDouble(Double::doubleValue).sum();
        }

        List<Figure> figures(String scenario, String what) {
            var figures = new ArrayList<Figure>();
            if (!processes.isEmpty()) {
                BiConsumer<String, Double> add = (name, micros) ->
                        figures.add(Figure.of(scenario, "CPU " + what + ": " + name, "µs/row", micros));
                add.accept("all", all());
                processes.forEach((name, micros) -> {
                    if (micros >= LEAST_SHOWN) {
                        add.accept(name, micros);
                    }
                });
                add.accept("in these, Java's compilers", compilers);
            }
            return figures;
        }
    }

    static boolean available() {
        return Files.isReadable(PROC.resolve("self").resolve("stat"));
    }

    /** @param pid asked anew each time, because a process may be another one after a restart */
    void add(String name, LongSupplier pid) {
        processes.put(name, pid);
    }

    /** Leaves a child out: it works for whoever writes, not for the pipeline. */
    void leaveOut(long child) {
        left.add(child);
    }

    Reading read() {
        var micros = new LinkedHashMap<String, Double>();
        if (!available()) {
            return new Reading(micros, 0);
        }
        double compilers = 0;
        Map<Long, long[]> all = everything();
        for (var process : processes.entrySet()) {
            String name = process.getKey();
            long pid = process.getValue().getAsLong();
            double ticks = 0;
            for (var one : all.entrySet()) {
                long[] stat = one.getValue();
                boolean itself = one.getKey() == pid;
                if (itself) {
                    ticks += stat[1] + stat[2] + stat[3] + stat[4];
                } else if (stat[0] == pid && !left.contains(one.getKey())) {
                    ticks += stat[1] + stat[2];
                }
            }
            micros.put(name, ticks * MICROS_A_TICK);
            compilers += ticksOfCompilers(pid) * MICROS_A_TICK;
        }
        return new Reading(micros, compilers);
    }

    /** Memory of all processes together, bytes; memory that processes share counts once. */
    long memory() {
        if (!available()) {
            return 0;
        }
        Map<Long, long[]> all = everything();
        long bytes = 0;
        for (LongSupplier asked : processes.values()) {
            long pid = asked.getAsLong();
            for (var one : all.entrySet()) {
                if (one.getKey() == pid || one.getValue()[0] == pid) {
                    bytes += proportional(one.getKey());
                }
            }
        }
        return bytes;
    }

    private static long proportional(long pid) {
        Path file = PROC.resolve(Long.toString(pid)).resolve("smaps_rollup");
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException goneOrNotOurs) {
            return 0;
        }
        return 0;
    }

    private static double ticksOfCompilers(long pid) {
        double ticks = 0;
        Path threads = PROC.resolve(Long.toString(pid)).resolve("task");
        if (!Files.isDirectory(threads)) {
            return 0;
        }
        try (DirectoryStream<Path> each = Files.newDirectoryStream(threads)) {
            for (Path thread : each) {
                String stat = statOf(thread);
                if (COMPILER.matcher(stat).find()) {
                    String[] fields = afterName(stat);
                    ticks += Long.parseLong(fields[FIRST_TIME]) + Long.parseLong(fields[FIRST_TIME + 1]);
                }
            }
        } catch (IOException | DirectoryIteratorException ended) {
            return ticks;
        }
        return ticks;
    }

    private static String statOf(Path folder) throws IOException {
        return Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
    }

    /** The fields that follow the name, which may hold anything. */
    private static String[] afterName(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    /** Parent and times of every process. */
    private static Map<Long, long[]> everything() {
        var all = new LinkedHashMap<Long, long[]>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path folder : folders) {
                try {
                    String[] fields = afterName(statOf(folder));
                    long[] of = new long[1 + TIMES];
                    of[0] = Long.parseLong(fields[PARENT]);
                    for (int i = 0; i < TIMES; i++) {
                        of[1 + i] = Long.parseLong(fields[FIRST_TIME + i]);
                    }
                    all.put(Long.parseLong(folder.getFileName().toString()), of);
                } catch (IOException ended) {
                    // Between the listing and now.
                    continue;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }
}
