package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.local.stack.ConnectRest;
import io.antiphon.local.stack.Home;
import io.antiphon.local.stack.Installation;
import io.antiphon.site.Database;
import io.antiphon.site.Databases;
import io.antiphon.site.Shell;
import io.antiphon.site.Shell.Ended;
import io.antiphon.site.Site;
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

    private final Shell shell = new Shell(FOLDER);
    private Database one;
    private Database other;
    private Site berlin;
    private Site tokyo;
    private Shell.Running up;

    @BeforeAll
    void a_mesh() throws Exception {
        Home.delete(FOLDER);
        Files.createDirectories(FOLDER);
        Databases databases = Databases.chosen(Installation.found(), FOLDER.resolve("sites"));
        one = databases.start("berlin");
        other = databases.start("tokyo");
        berlin = Site.alone("berlin", one);
        tokyo = Site.alone("tokyo", other);
        List.of(berlin, tokyo).forEach(site -> site.writes("CREATE TABLE note (id int PRIMARY KEY, text text)"));
        shell.file("antiphon.yaml", """
                mesh: restored
                sites:
                  berlin: { url: "%s", user: %s, password: %s }
                  tokyo:  { url: "%s", user: %s, password: %s }
                tables: { public.note: {} }
                ports: { http: 0, connect: 0, kafka: 0, registry: 0 }
                partitions: 3
                """.formatted(
                        one.url(), one.user(), one.password(), other.url(), other.user(), other.password()));
    }

    @AfterAll
    void stops() {
        if (up != null && up.process().isAlive()) {
            up.asksToStop();
        }
        one.close();
        other.close();
    }

    @Test
    void a_site_that_was_restored_from_a_backup_is_left_alone_and_said_so_and_nothing_starts_with_it()
            throws Exception {
        assumeTrue(Files.isDirectory(DATA), "the databases' files are not here");
        up = shell.starts("up");
        eventually(() -> assertThat(up.said()).contains("ready"));
        berlin.writes("INSERT INTO note VALUES (1, 'before')");
        arrives();
        one.stops();
        copy(DATA, BACKUP);
        one.starts();
        berlin.writes("INSERT INTO note VALUES (2, 'since')");
        arrives();

        one.stops();
        Home.delete(DATA);
        copy(BACKUP, DATA);
        one.starts();

        eventually(() ->
                assertThat(up.said()).contains("the database of site berlin is older than what was read from it"));
        var connect = new ConnectRest(new ObjectMapper()
                .readTree(shell.antiphon("status", "--json").said())
                .at("/endpoints/connect")
                .asText());
        for (String connector : List.of("capture-berlin", "apply-berlin")) {
            assertThat(connect.status(connector).state()).isEqualTo("PAUSED");
        }
        for (String connector : List.of("capture-tokyo", "apply-tokyo")) {
            assertThat(connect.status(connector).running()).isTrue();
        }
        assertThat(up.asksToStop().status()).isZero();

        Ended again = shell.antiphon("up");

        assertThat(again.status()).as(again.said()).isOne();
        assertThat(again.said())
                .contains("the database of site berlin is older than what was read from it", "antiphon remove")
                .doesNotContain("\tat ");
        assertThat(tokyo.strings("SELECT text FROM note ORDER BY id")).containsExactly("before", "since");
    }

    private void arrives() {
        Ended waited = shell.antiphon("wait", "--timeout", "90s");
        assertThat(waited.status()).as(waited.said()).isZero();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : (Iterable<Path>) all::iterator) {
                Files.copy(one, to.resolve(from.relativize(one)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
