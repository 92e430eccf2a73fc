package io.antiphon.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.antiphon.site.OnSharedMesh;
import io.antiphon.site.Shared;
import io.antiphon.site.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written at one site is what is read at the other, to the last bit. */
@OnSharedMesh(schema = "vals", tables = """
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'very happy');
        CREATE TABLE everything (
          id int PRIMARY KEY, i2 smallint, i8 bigint, n numeric, n2 numeric(12,2), f4 real, f8 float8,
          t text, v varchar(20), c char(5), b bytea, o boolean, u uuid,
          d date, ti time, tz timetz, ts timestamp, tstz timestamptz, iv interval,
          j json, jb jsonb, m mood, ip inet, tv tsvector, r int4range, tr tstzrange, b1 bit(1), b9 bit(9), bv bit varying(9),
          ai int[], at text[], an numeric[], ats timestamptz[], am mood[], ab bytea[], au uuid[], aiv interval[], ad date[],
          ao boolean[], ajb jsonb[], ab9 bit(9)[], ar int4range[], aip inet[],
          dv text DEFAULT 'default');
        CREATE TABLE had (LIKE everything INCLUDING ALL);
        CREATE DOMAIN a_day AS date;
        CREATE DOMAIN a_time AS time;
        CREATE DOMAIN a_time_there AS timetz;
        CREATE DOMAIN a_moment AS timestamp;
        CREATE DOMAIN "A While" AS interval;
        CREATE DOMAIN a_long_while AS "A While" CHECK (VALUE <> '1 day');
        CREATE DOMAIN some_bits AS bit varying(9);
        CREATE DOMAIN some_whiles AS interval[];
        CREATE DOMAIN a_price AS numeric(12,2);
        CREATE DOMAIN a_circle AS circle;
        CREATE TABLE domains (id int PRIMARY KEY, d a_day, ti a_time, tz a_time_there, ts a_moment, w "A While", l a_long_while,
          b some_bits, ws some_whiles, p a_price, c a_circle);
        CREATE TABLE had_domains (LIKE domains INCLUDING ALL);
        CREATE TABLE whiles (id int PRIMARY KEY, w interval, p interval(3), d "A While", a interval[], b bytea, m money);
        CREATE TABLE had_whiles (LIKE whiles INCLUDING ALL);
        CREATE TABLE identity_always (id int GENERATED ALWAYS AS IDENTITY (START 1 INCREMENT 2) PRIMARY KEY, v text);
        CREATE TABLE "Mixed Case" (id int PRIMARY KEY, "Some Column" text, "select" int);
        CREATE TABLE computed (id int PRIMARY KEY, a int, b int, c int GENERATED ALWAYS AS (a + b) STORED);
        CREATE TABLE large (id int PRIMARY KEY, body text, raw bytea, note text);""", berlin = ValuesIT.HAD, tokyo = ValuesIT.ANOTHER_SPELLING)
class ValuesIT {
    private static final String COLUMNS = """
             (id, i2, i8, n, n2, f4, f8, t, v, c, b, o, u, d, ti, tz, ts, tstz, iv, j, jb, m, ip, tv, r, tr,
              b1, b9, bv, ai, at, an, ats, am, ab, au, aiv, ad, ao, ajb, ab9, ar, aip, dv) VALUES (""";
    private static final String VALUES = """
              , -32768, 9223372036854775807, 123456789012345678901234567890.000100, -0.10, 1.17549435e-38, 5e-324,
              'täxt "q" ''a'' \\ {} ,\t🙂', '', 'ab', '\\x00ff10', true, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
              '0044-03-15 BC', '24:00:00', '23:59:59.999999-11:30', '2026-01-02 03:04:05.678901', '2026-06-30 23:59:59.999999+14',
              '1 year -2 months 3 days -04:05:06.7', '{"b": 1,  "a": [1, null]}', '{"b": 1, "a": 1.50}', 'very happy',
              '2001:db8::1/64', 'a:1A fat:2B,4C', '[3,7)', '["2026-01-01 00:00+00",)', '1', '101010101', '0101',
              '{1,NULL,-3}', '{"a b",NULL,"NULL","","q\\"x"}', '{NaN,1.50,NULL}', '{"2026-01-01 00:00+00",infinity}',
              '{ok,"very happy"}', '{"\\\\x00ff"}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{"1 day","-00:00:01"}',
              '{2026-01-01,infinity}', '{t,f,NULL}', '{"{\\"a\\": 1}"}', '{101010101,000000001}', '{"[1,2)",empty}', '{10.0.0.1}', NULL)""";

    private static final String EDGE_COLUMNS = " (id, n, f4, f8, t, d, ti, ts, tstz, iv, c, ai, at, r, jb, j) VALUES (";
    private static final String ENDLESS = """
              , 'NaN', 'NaN', 'NaN', '', 'infinity', '00:00', 'infinity', 'infinity', '0', '', '{}', '{}', 'empty', 'null', 'null')""";
    private static final String BEGINLESS = """
              , 'Infinity', 'Infinity', 'Infinity', E'\\n', '-infinity', '23:59:59.999999', '-infinity', '-infinity',
                '178000000 years', 'äöü', '{{1,2},{3,4}}', '{{a,b},{c,NULL}}', '(,)', '"x"', '"x"')""";
    private static final String LATEST = """
              , '-Infinity', '-Infinity', '-Infinity', 'x', '5874897-12-31', '12:00', '294276-12-31 23:59:59.999999',
                '294276-12-31 23:59:59.999999+00', '-1 us', 'abcde', '[0:1]={7,8}', NULL, '(,5]', '[]', '[]')""";
    private static final String EARLIEST = """
              , 0.00000000000000000000000000000001, -0.0, -0.0, 'x', '4713-01-01 BC', '12:00', '4713-01-01 00:00 BC',
                '4713-01-01 00:00+00 BC', '1 mon -1 day', NULL, NULL, NULL, NULL, NULL, NULL)""";
    private static final List<String> EDGES = List.of(ENDLESS, BEGINLESS, LATEST, EARLIEST);

    private static final String OF_DOMAINS = """
              , '0044-03-15 BC', '24:00:00', '23:59:59.999999-11:30', '2026-01-02 03:04:05.678901',
                '1 year -2 months 3 days -04:05:06.7', '-1 day 2 hours', '0101', '{1 day,-2 months}', 12.50, '<(1,2),3>')""";
    private static final String ENDLESS_OF_DOMAINS = """
              , 'infinity', '00:00', '00:00+14', '-infinity', '178000000 years', '0', '', '{}', 'NaN', NULL)""";

    private static final String OF_WHILES = """
              , '1 year -2 months 3 days -04:05:06.7', '-1.5 s', '2 days', '{-1 day 2 hours}', '\\x00ff10', 1234.5)""";
    private static final String LONG_WHILES = """
              , '2562047788:00:54.775807', '-2562047788:00:54', '-178000000 years -2147483648 days', '{}', '\\x5c27', -0.01)""";
    private static final String ENDLESS_WHILES = """
              , 'infinity', '-infinity', 'infinity', '{1 day,-infinity,NULL}', NULL, NULL)""";

    static final String HAD = "INSERT INTO had" + COLUMNS + "1" + VALUES
            + "; INSERT INTO had" + EDGE_COLUMNS + "51" + ENDLESS + ", (52" + BEGINLESS + ", (53" + LATEST + ", (54"
            + EARLIEST
            + "; INSERT INTO had_domains VALUES (1" + OF_DOMAINS + ", (2" + ENDLESS_OF_DOMAINS
            + "; INSERT INTO had_whiles VALUES (1" + OF_WHILES + ", (2" + LONG_WHILES
            + "; DO $$ BEGIN IF current_setting('server_version_num')::int >= 170000 THEN"
            + " INSERT INTO had_whiles VALUES (3" + ENDLESS_WHILES + "; END IF; END $$";

    /** How a database spells what it is asked for is not how it has to be carried. */
    static final String ANOTHER_SPELLING = """
            DO $$ BEGIN
              EXECUTE format('ALTER DATABASE %I SET "IntervalStyle" = sql_standard', current_database());
              EXECUTE format('ALTER DATABASE %I SET "DateStyle" = "German, DMY"', current_database());
              EXECUTE format('ALTER DATABASE %I SET bytea_output = escape', current_database());
              EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -5', current_database());
            END $$""";

    @Test
    void every_type_is_carried_from_berlin_to_tokyo(Site berlin, Site tokyo, Shared mesh) {
        carried(berlin, tokyo, mesh, 1);
    }

    @Test
    void every_type_is_carried_from_tokyo_to_berlin(Site berlin, Site tokyo, Shared mesh) {
        carried(tokyo, berlin, mesh, 2);
    }

    @Test
    void the_far_ends_of_the_types_are_carried(Site berlin, Site tokyo, Shared mesh) {
        for (int n = 0; n < EDGES.size(); n++) {
            berlin.writes("INSERT INTO everything" + EDGE_COLUMNS + "5" + n + EDGES.get(n));
            tokyo.writes("INSERT INTO everything" + EDGE_COLUMNS + "6" + n + EDGES.get(n));
        }
        mesh.settles("everything");

        for (int n = 0; n < EDGES.size(); n++) {
            assertThat(tokyo.row("everything", "5" + n)).isPresent().isEqualTo(berlin.row("everything", "5" + n));
            assertThat(berlin.row("everything", "6" + n)).isPresent().isEqualTo(tokyo.row("everything", "6" + n));
        }
        assertThat(mesh.deadLetters("everything")).isEmpty();
    }

    @Test
    void what_a_site_had_is_carried_as_what_it_writes(Site berlin, Site tokyo, Shared mesh) {
        mesh.settles("had", "had_domains", "had_whiles");

        for (String table : List.of("had", "had_domains", "had_whiles")) {
            assertThat(tokyo.rows(table)).hasSizeGreaterThan(1).isEqualTo(berlin.rows(table));
            assertThat(mesh.conflicts(table, 1)).isEmpty();
            assertThat(mesh.deadLetters(table)).isEmpty();
        }
    }

    @Test
    void a_domain_is_carried_as_what_it_is_made_of(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO domains VALUES (1" + OF_DOMAINS + ", (2" + ENDLESS_OF_DOMAINS);
        tokyo.writes("INSERT INTO domains VALUES (3" + OF_DOMAINS + ", (4" + ENDLESS_OF_DOMAINS);
        mesh.settles("domains");

        assertThat(tokyo.rows("domains")).hasSize(4).isEqualTo(berlin.rows("domains"));
        assertThat(mesh.deadLetters("domains")).isEmpty();
    }

    @Test
    void intervals_are_carried_however_long(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO whiles VALUES (1" + OF_WHILES + ", (2" + LONG_WHILES);
        tokyo.writes("INSERT INTO whiles VALUES (3" + OF_WHILES + ", (4" + LONG_WHILES);
        mesh.settles("whiles");
        berlin.writes("UPDATE whiles SET w = '1 day' WHERE id = 4");
        tokyo.writes("UPDATE whiles SET w = '-1 us' WHERE id = 2");
        mesh.settles("whiles");

        for (int id = 1; id <= 4; id++) {
            assertThat(tokyo.row("whiles", id)).isPresent().isEqualTo(berlin.row("whiles", id));
            assertThat(mesh.conflicts("whiles", id)).isEmpty();
        }
        assertThat(mesh.deadLetters("whiles")).isEmpty();
    }

    @Test
    void an_interval_without_an_end_is_carried_as_one(Site berlin, Site tokyo, Shared mesh) {
        assumeThat(berlin.strings("SELECT current_setting('server_version_num')"))
                .as("since PostgreSQL 17")
                .allMatch(version -> Integer.parseInt(version) >= 170_000);
        berlin.writes("INSERT INTO whiles VALUES (11" + ENDLESS_WHILES);
        tokyo.writes("INSERT INTO whiles VALUES (12" + ENDLESS_WHILES + ", (13" + OF_WHILES);
        mesh.settles("whiles", "had_whiles");
        tokyo.writes("UPDATE whiles SET w = '0' WHERE id = 11");
        berlin.writes("UPDATE whiles SET w = '-infinity' WHERE id = 13");
        mesh.settles("whiles");

        String endless = "SELECT w || ', ' || p FROM whiles WHERE id IN (11, 12) ORDER BY id";
        assertThat(tokyo.strings(endless))
                .containsExactly("00:00:00, -infinity", "infinity, -infinity")
                .isEqualTo(berlin.strings(endless));
        assertThat(tokyo.row("whiles", 13)).isPresent().isEqualTo(berlin.row("whiles", 13));
        assertThat(tokyo.row("had_whiles", 3)).isPresent().isEqualTo(berlin.row("had_whiles", 3));
        assertThat(mesh.conflicts("whiles", 11)).isEmpty();
        assertThat(mesh.deadLetters("whiles")).isEmpty();
    }

    @Test
    void a_large_value_that_an_update_does_not_touch_stays(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("""
                INSERT INTO large SELECT 1, string_agg(md5(i::text), ''), decode(string_agg(md5(i::text), ''), 'hex'), 'one'
                FROM generate_series(1, 4000) i""");
        mesh.settles("large");
        tokyo.writes("UPDATE large SET note = 'two' WHERE id = 1");
        mesh.settles("large");
        berlin.writes("UPDATE large SET note = 'three' WHERE id = 1");
        mesh.settles("large");

        assertThat(tokyo.row("large", 1))
                .isEqualTo(berlin.row("large", 1))
                .hasValueSatisfying(row -> assertThat(row).endsWith("three)").hasSizeGreaterThan(180_000));
    }

    @Test
    void a_large_value_changed_at_one_site_survives_another_column_changed_at_the_other(
            Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO large SELECT 2, repeat('abcdefgh', 20000), NULL, 'one'");
        mesh.settles("large");
        mesh.whileNeitherHears(() -> {
            berlin.writes(
                    "UPDATE large SET body = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3000) i) WHERE id = 2");
            tokyo.writes("UPDATE large SET note = 'tokyo' WHERE id = 2");
        });
        mesh.settles("large");

        assertThat(tokyo.row("large", 2))
                .isEqualTo(berlin.row("large", 2))
                .hasValueSatisfying(row -> assertThat(row).endsWith("tokyo)").doesNotContain("abcdefghabcdefgh"));
    }

    @Test
    void identities_and_odd_names_are_carried(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO identity_always (v) VALUES ('a'), ('b')");
        tokyo.writes("INSERT INTO \"Mixed Case\" VALUES (1, 'x', 2)");
        mesh.settles("identity_always", "Mixed Case");
        tokyo.writes("UPDATE identity_always SET v = 'c' WHERE id = 1");
        berlin.writes("UPDATE \"Mixed Case\" SET \"select\" = 3");
        mesh.settles("identity_always", "Mixed Case");

        assertThat(tokyo.rows("identity_always"))
                .containsExactly("(1,c)", "(3,b)")
                .isEqualTo(berlin.rows("identity_always"));
        assertThat(tokyo.rows("\"Mixed Case\"")).containsExactly("(1,x,3)").isEqualTo(berlin.rows("\"Mixed Case\""));
    }

    @Test
    void a_generated_column_is_computed_at_each_site(Site berlin, Site tokyo, Shared mesh) {
        berlin.writes("INSERT INTO computed VALUES (1, 1, 1)");
        mesh.settles("computed");
        mesh.whileNeitherHears(() -> {
            berlin.writes("UPDATE computed SET a = 10 WHERE id = 1");
            tokyo.writes("UPDATE computed SET b = 20 WHERE id = 1");
        });
        mesh.settles("computed");

        assertThat(berlin.row("computed", 1))
                .isEqualTo(tokyo.row("computed", 1))
                .contains("(1,10,20,30)");
        assertThat(mesh.conflicts("computed", 1)).isEmpty();
    }

    private static void carried(Site here, Site there, Shared mesh, int id) {
        here.writes(
                "INSERT INTO everything" + COLUMNS + id + VALUES,
                "INSERT INTO everything (id, dv) VALUES (" + id + "0, NULL)");
        mesh.settles("everything");
        assertThat(there.row("everything", id)).isPresent().isEqualTo(here.row("everything", id));
        assertThat(there.row("everything", id + "0")).isPresent().isEqualTo(here.row("everything", id + "0"));

        there.writes("UPDATE everything SET i2 = 7, t = NULL, ai = '{}' WHERE id = " + id);
        mesh.settles("everything");
        assertThat(here.row("everything", id)).isPresent().isEqualTo(there.row("everything", id));
        assertThat(mesh.conflicts("everything", id)).isEmpty();
        assertThat(mesh.deadLetters("everything")).isEmpty();
    }
}
