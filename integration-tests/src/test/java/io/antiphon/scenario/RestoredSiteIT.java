package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.antiphon.local.stack.ConnectRest;
import io.antiphon.local.stack.Home;
import io.antiphon.site.Database;
import io.antiphon.site.Shell;
import io.antiphon.site.Shell.Ended;
import io.antiphon.site.Site;
import io.antiphon.site.TwoSites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A site whose database comes back as it was some time ago, while the pipeline runs and before it starts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestoredSiteIT {
    private static final Path FOLDER = Path.of("target", "restored-site").toAbsolutePath();
    private static final Path DATA = FOLDER.resolve("sites").resolve("data-berlin");
    private static final Path BACKUP = FOLDER.resolve("backup");

    private TwoSites sites;
    private Site berlin;
    private Site tokyo;
    private Shell.Running up;

    @BeforeAll
    void a_mesh() {
        sites = TwoSites.in(FOLDER, "restored", "tables: { public.note: {} }\npartitions: 3");
        berlin = sites.berlin();
        tokyo = sites.tokyo();
        List.of(berlin, tokyo).forEach(site -> site.writes("CREATE TABLE note (id int PRIMARY KEY, text text)"));
    }

    @AfterAll
    void stops() {
        if (up != null && up.process().isAlive()) {
            up.asksToStop();
        }
        sites.close();
    }

    @Test
    void a_site_that_was_restored_from_a_backup_is_left_alone_and_said_so_and_nothing_starts_with_it()
            throws Exception {
        assumeTrue(Files.isDirectory(DATA), "the databases' files are not here");
        Database database = berlin.database();
        up = sites.up();
        berlin.writes("INSERT INTO note VALUES (1, 'before')");
        sites.arrives();
        database.stops();
        copy(DATA, BACKUP);
        database.starts();
        berlin.writes("INSERT INTO note VALUES (2, 'since')");
        sites.arrives();

        database.stops();
        Home.delete(DATA);
        copy(BACKUP, DATA);
        database.starts();

        eventually(() ->
                assertThat(up.said()).contains("the database of site berlin is older than what was read from it"));
        ConnectRest connect = sites.connect();
        for (String connector : List.of("capture-berlin", "apply-berlin")) {
            assertThat(connect.status(connector).state()).isEqualTo("PAUSED");
        }
        for (String connector : List.of("capture-tokyo", "apply-tokyo")) {
            assertThat(connect.status(connector).running()).isTrue();
        }
        assertThat(up.asksToStop().status()).isZero();

        Ended again = sites.shell().antiphon("up");

        assertThat(again.status()).as(again.said()).isOne();
        assertThat(again.said())
                .contains("the database of site berlin is older than what was read from it", "antiphon remove")
                .doesNotContain("\tat ");
        assertThat(tokyo.strings("SELECT text FROM note ORDER BY id")).containsExactly("before", "since");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : (Iterable<Path>) all::iterator) {
                Files.copy(one, to.resolve(from.relativize(one)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
