package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A comparison of the same table at several databases, in a process of its own whose memory is small. */
final class ComparisonInLittleMemory {
    private ComparisonInLittleMemory() {}

    /** Starts it; it prints how many keys differ, and ends with 0. */
    static Process of(TableId table, String... urls) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ComparisonInLittleMemory.class.getName(),
                table.toString()));
        command.addAll(List.of(urls));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    public static void main(String[] arguments) {
        List<PostgresSite> sites = IntStream.range(1, arguments.length)
                .mapToObj(i ->
                        new PostgresSite(new MeshName("shop"), new SiteId("site" + i), arguments[i], "postgres", ""))
                .toList();
        Verdict verdict = new Verification(sites, List.of(TableId.parse(arguments[0])), 10).compare(Progress.UNHEARD);
        System.out.println(verdict.differing() + " differ");
    }
}
