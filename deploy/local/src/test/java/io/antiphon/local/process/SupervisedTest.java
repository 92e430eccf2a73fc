package io.antiphon.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<Supervised> started = new CopyOnWriteArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        started.forEach(Supervised::close);
    }

    @Test
    void isGoodWhenItsHealthSaysSo() {
        Supervised worker = running("touch up; exec sleep 60");
        worker.awaitGood(PATIENCE);
        assertThat(worker.isGood()).isTrue();
        assertThat(worker.pid()).isPositive();
    }

    @Test
    void saysWhyItDidNotStartAndWhereItsLogIs() {
        Supervised worker =
                running("echo starting; echo 'ERROR no room at the inn'; echo '   at some.Frame(1)'; exit 3");
        assertThatThrownBy(() -> worker.awaitGood(PATIENCE))
                .isInstanceOf(ProcessFailure.class)
                .hasMessageStartingWith("the worker ended with 3 while starting: ERROR no room at the inn (log: ")
                .hasMessageContaining(log().toString());
        assertThat(worker.pid()).isEqualTo(-1);
    }

    @Test
    void saysThatTheDiskIsFullWhateverElseFollowsFromThat() {
        Supervised worker =
                running("echo 'ERROR write: No space left on device'; echo 'ERROR all log dirs have failed'; exit 1");
        assertThatThrownBy(() -> worker.awaitGood(PATIENCE)).hasMessageContaining("No space left on device");
    }

    @Test
    void saysThatItDoesNotAnswerInTime() {
        Supervised worker = running("echo still thinking; exec sleep 60");
        assertThatThrownBy(() -> worker.awaitGood(Duration.ofMillis(300)))
                .isInstanceOf(ProcessFailure.class)
                .hasMessageContaining("does not answer")
                .hasMessageContaining("still thinking");
    }

    @Test
    void isStartedAgainWhenItRunsWithoutDoingItsWork() {
        Supervised worker = running("touch up; exec sleep 60", Duration.ofMillis(100));
        worker.awaitGood(PATIENCE);
        long before = worker.pid();

        await().until(() -> Files.deleteIfExists(folder.resolve("up")));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(events)
                .anySatisfy(line -> assertThat(line).contains("has not done its work"))
                .anySatisfy(line -> assertThat(line).contains("is back")));
        assertThat(worker.pid()).isPositive().isNotEqualTo(before);
    }

    @Test
    void isStartedAgainAfterACrashAndSaysSo() {
        Supervised worker = running("touch up; exec sleep 60");
        worker.awaitGood(PATIENCE);
        long before = worker.pid();
        worker.crash();
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(worker.isGood()).isTrue();
            assertThat(worker.pid()).isPositive().isNotEqualTo(before);
            assertThat(events).hasSize(2);
        });
        assertThat(events.get(0)).isEqualTo("the worker was ended by signal 9; starting it again in 500 ms");
        assertThat(events.get(1)).isEqualTo("the worker is back");
    }

    @Test
    void staysDownUntilItIsStartedAgain() {
        Supervised worker = running("touch up; exec sleep 60");
        worker.awaitGood(PATIENCE);
        worker.crashAndStayDown();
        assertThat(worker.pid()).isEqualTo(-1);
        worker.startAgain(PATIENCE);
        assertThat(worker.pid()).isPositive();
        assertThat(events).allMatch("the worker is back"::equals);
    }

    @Test
    void endsEvenWhatDoesNotWantTo() {
        Supervised worker = running("trap '' TERM; touch up; while true; do sleep 1; done");
        worker.awaitGood(PATIENCE);
        ProcessHandle process = ProcessHandle.of(worker.pid()).orElseThrow();
        worker.close();
        assertThat(process.isAlive()).isFalse();
        assertThat(folder.resolve("run/worker")).doesNotExist();
    }

    @Test
    void hasAProcessGroupOfItsOwnSoThatCtrlCReachesOnlyUs() throws Exception {
        Supervised worker = running("touch up; exec sleep 60");
        worker.awaitGood(PATIENCE);
        Process ps = new ProcessBuilder("ps", "-o", "pgid=", "-p", Long.toString(worker.pid())).start();
        assertThat(new String(ps.getInputStream().readAllBytes()).trim()).isEqualTo(Long.toString(worker.pid()));
    }

    @Test
    void isEndedByTheNextOneWhenWeWereKilled() {
        Supervised worker = running("touch up; exec sleep 60");
        worker.awaitGood(PATIENCE);
        ProcessHandle process = ProcessHandle.of(worker.pid()).orElseThrow();
        assertThat(Leftovers.running(folder.resolve("run/worker"))).contains(process);
        started.clear();
        assertThat(Leftovers.end(folder.resolve("run"))).containsExactly("worker");
        assertThat(process.isAlive()).isFalse();
        worker.close();
    }

    @Test
    void isNotTakenForAnotherProcessThatHasItsIdNow() throws Exception {
        Path record = folder.resolve("run/worker");
        Files.createDirectories(record.getParent());
        Files.writeString(record, ProcessHandle.current().pid() + " 2001-01-01T00:00:00Z");
        assertThat(Leftovers.running(record)).isEmpty();
        assertThat(Leftovers.end(folder.resolve("run"))).isEmpty();
        assertThat(record).doesNotExist();
    }

    private Supervised running(String script) {
        return running(script, Duration.ZERO);
    }

    private Supervised running(String script, Duration unwell) {
        var launch = new Launch(
                "the worker",
                List.of("sh", "-c", "cd " + folder + "; " + script),
                Map.of(),
                log(),
                folder.resolve("run/worker"));
        var worker = new Supervised(
                launch, () -> Files.exists(folder.resolve("up")), Duration.ofSeconds(1), unwell, events::add);
        started.add(worker);
        worker.start();
        return worker;
    }

    private Path log() {
        return folder.resolve("logs/worker.log");
    }
}
