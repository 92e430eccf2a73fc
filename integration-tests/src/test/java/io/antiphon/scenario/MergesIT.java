package io.antiphon.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.contract.Conflict;
import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@OnSharedMesh(
        schema = "merges",
        tables = """
                CREATE TABLE account (id int PRIMARY KEY, balance numeric(12, 2), credit int, best int, first_seen timestamptz,
                    opened_by text, branch text, tags text[], items jsonb, settings jsonb);
                CREATE TABLE kept (id int PRIMARY KEY, note text);
                CREATE TABLE gone (id int PRIMARY KEY, note text);
                CREATE TABLE hot (id int PRIMARY KEY, n int);""",
        merges = {
            "account balance add-deltas",
            "account credit add-deltas 0 100",
            "account best max",
            "account first_seen min",
            "account opened_by first-writer-wins",
            "account branch site-priority",
            "account tags union",
            "account items union",
            "account settings json-merge",
            "hot n add-deltas"
        },
        deletes = {"kept update-wins", "gone delete-wins"})
class MergesIT {
    private static final int HOT_ROWS = 1_000;
    private static final int INCREMENTS = 5_000;

    @Test
    void what_both_sites_wrote_is_merged_by_each_columns_rule(Site berlin, Site tokyo, Shared mesh) {
        account(1, berlin, mesh);

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE account SET balance = balance + 5, credit = credit - 8, best = 9,"
                    + " first_seen = '2026-01-02 00:00:00+00', opened_by = 'Grace', branch = 'Berlin', tags = tags || 'b c'::text,"
                    + " items = '[1, {\"b\": 2}]', settings = '{\"m\": 2, \"long\": 1}' WHERE id = 1");
            tokyo.writes("UPDATE account SET balance = balance - 2.50, credit = credit - 6, best = 7,"
                    + " first_seen = '2026-01-01 12:00:00.5+00', opened_by = 'Mary', branch = 'Tokyo', tags = tags || 'd'::text,"
                    + " items = '[1, \"x, y\"]', settings = '{\"m\": 1, \"a\": \"}\"}' WHERE id = 1");
        });
        mesh.settles("account");

        for (Site site : List.of(berlin, tokyo)) {
            assertThat(texts(site, 1))
                    .as("at %s", site)
                    .containsExactly(
                            "102.50",
                            "0",
                            "9",
                            "2026-01-01 12:00:00.5",
                            "Grace",
                            "Berlin",
                            "{\"b c\",a,d}",
                            "[1, \"x, y\", {\"b\": 2}]",
                            "{\"a\": \"}\", \"m\": 2}");
        }
        assertThat(mesh.conflicts("account", 1)).singleElement().satisfies(conflict -> assertThat(conflict.getColumns())
                .map(Object::toString)
                .contains("best", "opened_by", "branch")
                .doesNotContain("balance"));
    }

    @Test
    void a_change_that_has_seen_what_was_merged_stands(Site berlin, Site tokyo, Shared mesh) {
        account(2, berlin, mesh);
        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE account SET balance = balance + 5, best = 9, tags = '{a,b}' WHERE id = 2");
            tokyo.writes("UPDATE account SET balance = balance + 7, best = 8, tags = '{a,c}' WHERE id = 2");
        });
        mesh.settles("account");

        tokyo.writes("UPDATE account SET balance = 1, best = 2, tags = '{}' WHERE id = 2");
        mesh.settles("account");

        for (Site site : List.of(berlin, tokyo)) {
            assertThat(texts(site, 2)).as("at %s", site).contains("1.00", "2", "{}");
        }
    }

    @Test
    void where_updates_win_a_row_that_the_other_site_deletes_later_stays(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO kept VALUES (1, 'kept')");
        mesh.settles("kept");

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE kept SET note = 'used' WHERE id = 1");
            tokyo.writes("DELETE FROM kept WHERE id = 1");
        });
        mesh.settles("kept");

        assertThat(berlin.row("kept", 1)).contains("(1,used)").isEqualTo(tokyo.row("kept", 1));
        assertThat(mesh.conflicts("kept", 1))
                .map(Conflict::getRule)
                .map(Object::toString)
                .containsExactly("update-wins");
    }

    @Test
    void where_deletes_win_a_row_that_the_other_site_updates_later_goes(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO gone VALUES (1, 'gone')");
        mesh.settles("gone");

        mesh.whileNeitherHears(() -> {
            tokyo.writes("DELETE FROM gone WHERE id = 1");
            berlin.writes("UPDATE gone SET note = 'used' WHERE id = 1");
        });
        mesh.settles("gone");

        assertThat(berlin.row("gone", 1)).isEmpty();
        assertThat(tokyo.row("gone", 1)).isEmpty();
        assertThat(mesh.conflicts("gone", 1))
                .map(Conflict::getRule)
                .map(Object::toString)
                .containsExactly("delete-wins");
    }

    @Test
    void every_increment_of_both_sites_is_kept(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO hot SELECT i, 0 FROM generate_series(1, " + HOT_ROWS + ") AS i");
        mesh.settles("hot");

        CompletableFuture.allOf(
                        CompletableFuture.runAsync(() -> increments(berlin, new Random(1))),
                        CompletableFuture.runAsync(() -> increments(tokyo, new Random(2))))
                .join();
        mesh.settles("hot");

        assertThat(berlin.strings("SELECT sum(n) FROM hot")).containsExactly(String.valueOf(2 * INCREMENTS));
        assertThat(tokyo.rows("hot")).isEqualTo(berlin.rows("hot"));
    }

    private static void increments(Site site, Random random) {
        try (Connection connection = site.connect();
                PreparedStatement increment = connection.prepareStatement("UPDATE hot SET n = n + 1 WHERE id = ?")) {
            for (int i = 0; i < INCREMENTS; i++) {
                increment.setInt(1, 1 + random.nextInt(HOT_ROWS));
                increment.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(site + " refuses an increment: " + e.getMessage(), e);
        }
    }

    private static void account(int id, Site berlin, Shared mesh) {
        berlin.writes("INSERT INTO account VALUES (" + id
                + ", 100, 10, 5, '2026-01-03 00:00:00+00', 'Ada', 'main', '{a}', '[1]', '{\"m\": 1, \"long\": 1}')");
        mesh.settles("account");
    }

    private static List<String> texts(Site site, int id) {
        return site.strings(
                "SELECT unnest(ARRAY[balance::text, credit::text, best::text, (first_seen AT TIME ZONE 'UTC')::text,"
                        + " opened_by, branch, tags::text, items::text, settings::text]) FROM account WHERE id = "
                        + id);
    }
}
