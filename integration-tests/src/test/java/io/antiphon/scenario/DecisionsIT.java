package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.local.stack.ConnectRest;
import io.antiphon.site.Shell;
import io.antiphon.site.Shell.Ended;
import io.antiphon.site.Site;
import io.antiphon.site.TwoSites;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Conflicts that wait for a person: what the person sees in a terminal, what they decide, and that it stands at both sites. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecisionsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER = Path.of("target", "decisions").toAbsolutePath();

    private TwoSites sites;
    private Shell shell;
    private Site berlin;
    private Site tokyo;
    private ConnectRest connect;
    private Shell.Running up;

    @BeforeAll
    void a_mesh_that_asks() {
        sites = TwoSites.in(FOLDER, "asks", "tables: { public.ticket: { conflicts: park } }\npartitions: 3");
        shell = sites.shell();
        berlin = sites.berlin();
        tokyo = sites.tokyo();
        for (Site site : List.of(berlin, tokyo)) {
            site.writes(
                    "CREATE TABLE ticket (id int PRIMARY KEY, seat text, price numeric(10,2), due date, sold timestamptz,"
                            + " extras jsonb, made timestamp)");
        }
        starts();
    }

    private void starts() {
        up = sites.up();
        connect = sites.connect();
    }

    @AfterAll
    void stops() {
        if (up != null && up.process().isAlive()) {
            up.asksToStop();
        }
        sites.close();
    }

    @Test
    void a_parked_conflict_is_listed_shown_explained_and_decided_for_one_site() throws Exception {
        String id = disagreeAbout(1);
        assertThat(tokyo.row("ticket", 1)).as("the provisional winner serves").isEqualTo(berlin.row("ticket", 1));

        Ended listed = shell.antiphon("conflicts", "--open");
        assertThat(listed.status()).as(listed.said()).isZero();
        assertThat(listed.said()).contains(id, "open", "seat=B1", "seat=T1").doesNotContain("\tat ");

        Ended shown = shell.antiphon("conflicts", "show", id);
        assertThat(shown.status()).as(shown.said()).isZero();
        assertThat(shown.said())
                .contains("UPDATE_UPDATE on seat", "berlin", "tokyo", "\"B1\"", "\"T1\"", "--keep berlin|tokyo");
        JsonNode json =
                JSON.readTree(shell.antiphon("conflicts", "show", id, "--json").said());
        assertThat(json.path("state").asText()).isEqualTo("open");
        assertThat(json.path("sides")).hasSize(2);

        Ended decided = shell.antiphon("decide", id, "--keep", "berlin", "--by", "grace");
        assertThat(decided.status()).as(decided.said()).isZero();
        sites.arrives();
        assertThat(berlin.row("ticket", 1))
                .contains("(1,B1,10.00,2026-12-01,,,)")
                .isEqualTo(tokyo.row("ticket", 1));

        Ended late = shell.antiphon("decide", id, "--keep", "tokyo");
        assertThat(late.status()).as(late.said()).isOne();
        assertThat(late.said()).contains("refused", "decided already");
        assertThat(late.said().lines()).hasSize(1);
        assertThat(shell.antiphon("conflicts", "show", id).said()).contains("closed", "by grace");

        eventually(() -> {
            Ended explained = shell.antiphon("explain", "public.ticket", "1");
            assertThat(explained.status()).as(explained.said()).isZero();
            assertThat(explained.said())
                    .contains(
                            "berlin     inserted",
                            "changed seat from \"A1\" to \"B1\"",
                            "changed seat from \"A1\" to \"T1\"",
                            "conflict UPDATE_UPDATE on seat",
                            "grace decided",
                            "is refused",
                            "holds version",
                            "has acknowledged this version")
                    .doesNotContain("\tat ");
        });
        assertThat(shell.antiphon("explain", "public.ticket", "[1]", "--json")
                        .said()
                        .lines())
                .allSatisfy(line -> assertThat(JSON.readTree(line).isObject()).isTrue());
        assertThat(shell.antiphon("explain", "public.ticket", "4711").status()).isOne();
    }

    @Test
    void a_decision_on_a_row_that_moved_on_is_refused_with_what_changed_and_a_row_of_ones_own_is_taken()
            throws Exception {
        String id = disagreeAbout(2);
        tokyo.writes("UPDATE ticket SET seat = 'T2' WHERE id = 2");
        sites.arrives();

        Ended refused = shell.antiphon("decide", id, "--keep", "berlin");
        assertThat(refused.status()).as(refused.said()).isOne();
        assertThat(refused.said()).contains("has changed since it was shown", "T2", "written by tokyo");
        String now = refused.said()
                .substring(refused.said().lastIndexOf("public.ticket/"))
                .trim();
        assertThat(shell.antiphon("conflicts", "show", id).said()).contains(now);

        isNoRow(now, 1, "{\"town\": \"Rome\"}", "there is no column 'town'", "seat");
        isNoRow(now, 1, "{\"price\": \"cheap\"}", "numeric");
        isNoRow(now, 2, "{\"id\": 7}", "key");
        isNoRow(now, 2, "{\"seat\": ", "not JSON");

        Ended decided = shell.antiphon(
                "decide",
                now,
                "--row",
                "{\"id\": 2, \"seat\": \"C3\", \"price\": 12.5, \"sold\": \"2026-11-24 12:00:00+02\", \"extras\": {\"b\":1,\"a\":[1]}, \"made\": \"2026-01-02 03:04:00.5\"}");
        assertThat(decided.status()).as(decided.said()).isZero();
        sites.arrives();
        assertThat(
                        berlin.strings(
                                "SELECT concat_ws('|', seat, price, due, sold AT TIME ZONE 'UTC', extras, made) FROM ticket WHERE id = 2"))
                .containsExactly("C3|12.50|2026-12-01|2026-11-24 10:00:00|{\"a\": [1], \"b\": 1}|2026-01-02 03:04:00.5")
                .isEqualTo(
                        tokyo.strings(
                                "SELECT concat_ws('|', seat, price, due, sold AT TIME ZONE 'UTC', extras, made) FROM ticket WHERE id = 2"));
        assertThat(resolvedBy(2))
                .as("what came back from the sites is what was decided")
                .isEqualTo("people");
        assertThat(shell.antiphon("verify").status()).isZero();
    }

    @Test
    void a_row_that_one_site_deleted_waits_for_a_person_however_long_and_comes_back() throws Exception {
        berlin.writes("INSERT INTO ticket VALUES (3, 'A1', 10, '2026-12-01')");
        sites.arrives();
        whileNeitherHears(() -> {
            berlin.writes("UPDATE ticket SET seat = 'B1' WHERE id = 3");
            tokyo.writes("DELETE FROM ticket WHERE id = 3");
        });
        sites.arrives();
        sites.arrives();
        assertThat(berlin.row("ticket", 3)).as("the later delete serves").isEmpty();

        Ended decided = shell.antiphon("decide", openAbout(3), "--keep", "berlin");

        assertThat(decided.status()).as(decided.said()).isZero();
        sites.arrives();
        assertThat(tokyo.row("ticket", 3))
                .contains("(3,B1,10.00,2026-12-01,,,)")
                .isEqualTo(berlin.row("ticket", 3));
    }

    @Test
    void an_open_conflict_is_still_open_after_a_restart_and_can_be_decided() throws Exception {
        String id = disagreeAbout(4);

        assertThat(up.asksToStop().status()).isZero();
        starts();

        assertThat(openAbout(4)).isEqualTo(id);
        Ended decided = shell.antiphon("decide", id, "--keep", "berlin");
        assertThat(decided.status()).as(decided.said()).isZero();
        sites.arrives();
        assertThat(tokyo.row("ticket", 4))
                .contains("(4,B1,10.00,2026-12-01,,,)")
                .isEqualTo(berlin.row("ticket", 4));
        assertThat(shell.antiphon("conflicts", "show", id).said()).contains("closed");
    }

    private String disagreeAbout(int ticket) throws Exception {
        berlin.writes("INSERT INTO ticket VALUES (" + ticket + ", 'A1', 10, '2026-12-01')");
        sites.arrives();
        whileNeitherHears(() -> {
            berlin.writes("UPDATE ticket SET seat = 'B1' WHERE id = " + ticket);
            tokyo.writes("UPDATE ticket SET seat = 'T1' WHERE id = " + ticket);
        });
        sites.arrives();
        return openAbout(ticket);
    }

    private String openAbout(int ticket) throws Exception {
        Ended open = shell.antiphon("conflicts", "--open", "--table", "public.ticket", "--json");
        assertThat(open.status()).as(open.said()).isZero();
        for (String line : open.said().lines().toList()) {
            JsonNode conflict = JSON.readTree(line);
            if (conflict.path("key").asText().equals("[" + ticket + "]")) {
                return conflict.path("id").asText();
            }
        }
        throw new AssertionError("nothing is open of ticket " + ticket + ": " + open.said());
    }

    private String resolvedBy(int ticket) throws Exception {
        List<String> told = shell.antiphon("explain", "public.ticket", "[" + ticket + "]", "--json")
                .said()
                .lines()
                .toList();
        return JSON.readTree(told.get(told.size() - 1)).at("/now/author").asText();
    }

    private void isNoRow(String conflict, int status, String row, String... words) {
        Ended refused = shell.antiphon("decide", conflict, "--row", row);
        assertThat(refused.status()).as(refused.said()).isEqualTo(status);
        assertThat(refused.said()).contains(words).doesNotContain("\tat ");
        assertThat(refused.said().lines()).hasSize(1);
    }

    private void whileNeitherHears(Runnable writing) {
        connect.pause("apply-berlin");
        connect.pause("apply-tokyo");
        try {
            writing.run();
        } finally {
            connect.resume("apply-berlin");
            connect.resume("apply-tokyo");
        }
    }
}
