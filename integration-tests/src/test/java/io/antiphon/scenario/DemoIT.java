package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.local.stack.Home;
import io.antiphon.site.Shell;
import io.antiphon.site.Shell.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo as a newcomer starts it in a shell. */
class DemoIT {
    private static final Path FOLDER = Path.of("target", "demo").toAbsolutePath();
    private static final Path TEMPORARY = FOLDER.resolve("tmp");
    private static final String CONFLICT =
            "  conflict  (ticket|account|customer) \\[\\d+]: (berlin|tokyo) wrote \\w+=.* at [\\d:.]+;"
                    + " (berlin|tokyo), knowing .*, wrote \\w+=.* at [\\d:.]+; (berlin|tokyo) stands \\(.+\\)";

    private final Shell shell = new Shell(FOLDER);

    @BeforeEach
    void a_folder_of_its_own() throws IOException {
        Home.delete(FOLDER);
        Files.createDirectories(TEMPORARY);
    }

    @Test
    void once_ends_by_itself_when_the_sites_agree_and_leaves_nothing_behind() throws IOException {
        Shell.Running demo = starts("demo", "--once");
        List<ProcessHandle> processes = allOf(demo);

        Ended ended = demo.ends();

        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("The sites agree.").doesNotContain("\tat ");
        assertThat(ended.said().lines().filter(line -> line.startsWith("  conflict  ")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).matches(CONFLICT));
        nothingIsLeftOf(processes);
    }

    @Test
    void ctrl_c_ends_it_and_leaves_nothing_behind() throws IOException {
        Shell.Running demo = starts("demo");
        List<ProcessHandle> processes = allOf(demo);

        Ended ended = demo.interrupted();

        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).doesNotContain("\tat ", "should not have happened");
        nothingIsLeftOf(processes);
    }

    /** A shell that runs in the background has its children ignore SIGINT, which is undone here. */
    private Shell.Running starts(String... arguments) {
        return shell.startsBehind(
                List.of("env", "--default-signal=INT", "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=" + TEMPORARY), arguments);
    }

    /** All its processes, when it has said that it is ready: itself, two databases, broker, registry, Connect and resolver at least. */
    private static List<ProcessHandle> allOf(Shell.Running demo) {
        eventually(() -> assertThat(demo.said()).contains("ready after"));
        List<ProcessHandle> all = Stream.concat(
                        Stream.of(demo.process().toHandle()), demo.process().descendants())
                .toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(7);
        return all;
    }

    private static void nothingIsLeftOf(List<ProcessHandle> processes) throws IOException {
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(Files.exists(TEMPORARY)).isTrue();
        try (Stream<Path> left = Files.list(TEMPORARY)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("antiphon-")))
                    .isEmpty();
        }
    }
}
