package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.Shell;
import io.antiphon.site.Shell.Ended;
import io.antiphon.site.Site;
import io.antiphon.site.SmallDisk;
import io.antiphon.site.TwoSites;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The disk that the pipeline keeps its data on is full. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullDiskIT {
    private static final Path FOLDER = Path.of("target", "full-disk").toAbsolutePath();
    private static final Path HOME = FOLDER.resolve("home");

    private TwoSites sites;
    private Shell shell;
    private Site berlin;
    private Site tokyo;

    @BeforeAll
    void two_databases() {
        sites = TwoSites.in(FOLDER, "full", "tables: { public.note: {} }");
        shell = sites.shell();
        berlin = sites.berlin();
        tokyo = sites.tokyo();
        List.of(berlin, tokyo).forEach(site -> site.writes("CREATE TABLE note (id int PRIMARY KEY, text text)"));
    }

    @AfterAll
    void stops() {
        sites.close();
    }

    @Test
    void up_does_not_start_on_it() {
        var disk = new SmallDisk(HOME, 64);

        Ended ended = shell.startsBehind(disk.command(), "up", "--home", HOME.toString())
                .ends();

        assertThat(ended.status()).as(ended.said()).isOne();
        assertThat(ended.said())
                .contains("the disk of " + HOME + " is full: 6", "512 MB are needed", "--home")
                .doesNotContain("\tat ");
        assertThat(berlin.strings("SELECT nspname FROM pg_namespace WHERE nspname = 'antiphon'"))
                .isEmpty();
    }

    @Test
    void up_says_so_when_it_fills_and_goes_on_when_there_is_room_with_nothing_lost() {
        var disk = new SmallDisk(HOME, 700);
        Shell.Running up = shell.startsBehind(disk.command(), "up", "--home", HOME.toString());
        try {
            eventually(() -> assertThat(up.said()).contains("ready"));

            disk.fills(up.process());
            berlin.writes("INSERT INTO note SELECT i, repeat('b', 500) FROM generate_series(1, 5000) i");
            tokyo.writes("INSERT INTO note SELECT i, repeat('t', 500) FROM generate_series(5001, 10000) i");
            eventually(() -> assertThat(up.said())
                    .contains("the disk of " + HOME + " is almost full")
                    .containsPattern("the broker ended .*No space left on device"));
            disk.empties(up.process());

            eventually(() -> assertThat(up.said()).contains("has room again"));
            eventually(() -> assertThat(tokyo.rows("note")).hasSize(10_000).isEqualTo(berlin.rows("note")));
        } finally {
            assertThat(up.asksToStop().status()).as(up.said()).isZero();
        }
    }
}
