package io.antiphon.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a row is known by, it is the same row everywhere. */
@OnSharedMesh(schema = "keys", tables = """
        CREATE TABLE by_text (k text PRIMARY KEY, v text);
        CREATE TABLE by_uuid (k uuid PRIMARY KEY, v text);
        CREATE TABLE by_big (k bigint PRIMARY KEY, v text);
        CREATE TABLE by_numeric (k numeric PRIMARY KEY, v text);
        CREATE TABLE by_time (k timestamptz PRIMARY KEY, v text);
        CREATE TABLE moving (k text PRIMARY KEY, v text);
        CREATE TABLE by_three (v text, line smallint, "Order" text, day date, PRIMARY KEY ("Order", line, day));""")
class KeysIT {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "by_text   | k | 'Ünïcode \"quoted\" \\ and a''post'",
                "by_uuid   | k | '0d3e7a1c-9a3b-4a5e-8f11-6e7a8b9c0d1e'",
                "by_big    | k | -9223372036854775808",
                "by_numeric| k | 12345678901234567890.123400",
                "by_time   | k | '2026-01-02 03:04:05.678901+09'",
                "by_three  | \"Order\", line, day | 'o-1', 7, '2026-02-28'"
            })
    void a_row_is_known_by(String table, String columns, String key, Site berlin, Site tokyo, Shared mesh) {
        String where = "(" + columns + ") = (" + key + ")";
        berlin.writes("INSERT INTO " + table + " (" + columns + ", v) VALUES (" + key + ", 'one')");
        mesh.settles(table);
        assertThat(tokyo.rows(table)).hasSize(1).isEqualTo(berlin.rows(table));

        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE " + table + " SET v = 'berlin' WHERE " + where);
            tokyo.writes("UPDATE " + table + " SET v = 'tokyo' WHERE " + where);
        });
        mesh.settles(table);
        assertThat(tokyo.rows(table)).hasSize(1).isEqualTo(berlin.rows(table));
        assertThat(tokyo.rowWhere(table, "v = 'tokyo'")).isPresent();

        tokyo.writes("DELETE FROM " + table + " WHERE " + where);
        mesh.settles(table);
        assertThat(berlin.rows(table)).isEmpty();
    }

    @Test
    void a_row_that_gets_another_key_moves(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO moving VALUES ('before', 'moved')");
        mesh.settles("moving");
        tokyo.writes("UPDATE moving SET k = 'after' WHERE k = 'before'");
        mesh.settles("moving");

        assertThat(berlin.rowWhere("moving", "v = 'moved'")).contains("(after,moved)");
        assertThat(tokyo.rowWhere("moving", "v = 'moved'")).contains("(after,moved)");
    }
}
