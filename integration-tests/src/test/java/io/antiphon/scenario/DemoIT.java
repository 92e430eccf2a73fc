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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The demo as a newcomer starts it in a shell: once until it ends, and meanwhile once until Ctrl-C. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {
    private static final Path FOLDER = Path.of("target", "demo").toAbsolutePath();
    private static final String CONFLICT =
            "  conflict  (ticket|account|customer) \\[\\d+]: (berlin|tokyo) wrote \\w+=.* at [\\d:.]+;"
                    + " (berlin|tokyo), knowing .*, wrote \\w+=.* at [\\d:.]+; (berlin|tokyo) stands \\(.+\\)";

    private final Shell shell = new Shell(FOLDER);
    private Shell.Running once;
    private Shell.Running untilAsked;
    private List<ProcessHandle> processesOfOnce;
    private List<ProcessHandle> processesOfTheOther;

    @BeforeAll
    void both_start() throws IOException {
        Home.delete(FOLDER);
        once = starts("once", "demo", "--once");
        untilAsked = starts("until-asked", "demo");
        processesOfOnce = allOf(once);
        processesOfTheOther = allOf(untilAsked);
    }

    @AfterAll
    void both_end() {
        for (Shell.Running demo : List.of(once, untilAsked)) {
            if (demo.process().isAlive()) {
                demo.asksToStop();
            }
        }
    }

    @Test
    void once_ends_by_itself_when_the_sites_agree_and_leaves_nothing_behind() throws IOException {
        Ended ended = once.ends();

        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("The sites agree.").doesNotContain("\tat ");
        assertThat(ended.said().lines().filter(line -> line.startsWith("  conflict  ")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).matches(CONFLICT));
        nothingIsLeft("once", processesOfOnce);
    }

    @Test
    void ctrl_c_ends_it_and_leaves_nothing_behind() throws IOException {
        Ended ended = untilAsked.interrupted();

        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).doesNotContain("\tat ", "should not have happened");
        nothingIsLeft("until-asked", processesOfTheOther);
    }

    /** A shell that runs in the background has its children ignore SIGINT, which is undone here. */
    private Shell.Running starts(String temporary, String... arguments) throws IOException {
        Path folder = Files.createDirectories(FOLDER.resolve(temporary));
        return shell.startsBehind(
                List.of("env", "--default-signal=INT", "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=" + folder), arguments);
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

    private static void nothingIsLeft(String temporary, List<ProcessHandle> processes) throws IOException {
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        try (Stream<Path> left = Files.list(FOLDER.resolve(temporary))) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("antiphon-")))
                    .isEmpty();
        }
    }
}
