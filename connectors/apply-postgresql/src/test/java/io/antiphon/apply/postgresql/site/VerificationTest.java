package io.antiphon.apply.postgresql.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationTest {
    private static final MeshName SHOP = new MeshName("shop");
    private static final TableId CUSTOMER = TableId.parse("public.customer");
    private static final SiteId BERLIN = new SiteId("berlin");
    private static final SiteId TOKYO = new SiteId("tokyo");
    private static final String EVERY_TYPE = """
            CREATE TABLE customer (id int PRIMARY KEY, c01 smallint, c02 bigint, c03 numeric, c04 numeric(12,3), c05 real, c06 double precision,
              c07 text, c08 varchar(20), c09 char(8), c10 bytea, c11 boolean, c12 uuid, c13 date, c14 time, c15 timetz, c16 timestamp,
              c17 timestamptz, c18 interval, c19 json, c20 jsonb, c21 mood, c22 int[], c23 text[], c24 mood[], c25 inet, c26 tsvector,
              c27 int4range, c28 tstzrange, c29 bit(5), c30 varbit, c31 money, c32 xml, c33 point, c34 macaddr,
              c35 int GENERATED ALWAYS AS (c01 * 2) STORED, c36 int GENERATED ALWAYS AS (c01 * 3), c37 positive, "C38 ""odd"" name" text)""";
    private static final String EVERY_VALUE = """
            INSERT INTO customer VALUES
            (1, 7, 8000000000, 'NaN', 1.5, 0.1, 0.30000000000000004, E'a"b\\\\c\\n,()', 'äöü😀', 'pad', '\\xdeadbeef', true,
             '6f1a1b1e-0000-4000-8000-000000000001', 'infinity', '12:34:56.789012', '12:34:56+05:30', '-infinity',
             '2026-01-02 03:04:05.678901+00', '1 year 2 mons 3 days 04:05:06.7', '{"b": 1,  "a": 2}', '{"b": 1,  "a": 2}', 'glad',
             '{1,NULL,3}', '{"a,b","",NULL}', '{glad,sad}', '192.168.0.1/24', 'a fat cat', '[1,5)', '[2026-01-01,infinity)', B'10101',
             B'101', 12.34, '<a>b</a>', '(1.5,2.5)', '08:00:2b:01:02:03', DEFAULT, DEFAULT, 5, 'odd'),
            (2%s)""".formatted(", DEFAULT".repeat(38));

    private Server.Database berlin;
    private Server.Database tokyo;

    @BeforeEach
    void twoSites() throws SQLException {
        berlin = Server.berlin().newDatabase();
        tokyo = Server.tokyo().newDatabase();
    }

    @Test
    void everyTypeIsTheSameWhateverTheSessionsSettings() throws SQLException {
        everyTypeEverywhere();
        tokyo.run(
                "ALTER DATABASE " + tokyo.name() + " SET \"TimeZone\" = 'Asia/Tokyo'",
                "ALTER DATABASE " + tokyo.name() + " SET \"DateStyle\" = 'German'",
                "ALTER DATABASE " + tokyo.name() + " SET \"IntervalStyle\" = 'sql_standard'",
                "ALTER DATABASE " + tokyo.name() + " SET extra_float_digits = -5",
                "ALTER DATABASE " + tokyo.name() + " SET bytea_output = 'escape'");

        Verdict verdict = compare();

        assertThat(verdict.same()).isTrue();
        assertThat(verdict.tables().get(0).rows()).isEqualTo(Map.of(BERLIN, 2L, TOKYO, 2L));
    }

    @Test
    void everyColumnThatDiffersIsNamed() throws SQLException {
        everyTypeEverywhere();
        tokyo.run("""
                UPDATE customer SET c01 = 8, c03 = 1.0, c04 = 1.501, c05 = 0.10000001, c06 = 0.3, c07 = E'a"b\\\\c\\n,() ', c08 = 'äöü😁',
                  c09 = 'pad2', c10 = '\\xdeadbeee', c11 = false, c13 = '-infinity', c14 = '12:34:56.789013', c15 = '12:34:56+05:00',
                  c17 = '2026-01-02 03:04:05.678902+00', c18 = '1 year 2 mons 3 days 04:05:06.8', c19 = '{"b": 1, "a": 2}',
                  c20 = '{"b": 1}', c21 = 'sad', c22 = '{1,3}', c23 = '{"a","b","",NULL}', c25 = '192.168.0.1/25', c26 = 'a fat dog',
                  c27 = '[1,6)', c28 = '[2026-01-01,]', c29 = B'10100', c30 = B'1010', "C38 ""odd"" name" = NULL WHERE id = 1""", "UPDATE customer SET c07 = '', c23 = '{}' WHERE id = 2");

        Verdict verdict = compare();

        assertThat(verdict.differing()).isEqualTo(2);
        assertThat(verdict.differences().get(0).columns())
                .containsExactly(
                        "C38 \"odd\" name",
                        "c01",
                        "c03",
                        "c04",
                        "c05",
                        "c06",
                        "c07",
                        "c08",
                        "c09",
                        "c10",
                        "c11",
                        "c13",
                        "c14",
                        "c15",
                        "c17",
                        "c18",
                        "c19",
                        "c20",
                        "c21",
                        "c22",
                        "c23",
                        "c25",
                        "c26",
                        "c27",
                        "c28",
                        "c29",
                        "c30",
                        "c35",
                        "c36");
        assertThat(verdict.differences().get(1)).hasToString("public.customer (id=2): differs in c07, c23");
    }

    @Test
    void missingRowsAreNamedWithTheSitesThatLackThem() throws SQLException {
        everywhere("CREATE TABLE customer (id int PRIMARY KEY, name text)");
        berlin.run("INSERT INTO customer VALUES (-5, 'a'), (2, 'b'), (9, 'c'), (10, 'd')");
        tokyo.run("INSERT INTO customer VALUES (-7, 'a'), (2, 'b'), (10, 'D'), (11, 'e')");

        assertThat(compare().differences().stream().map(Difference::toString))
                .containsExactly(
                        "public.customer (id=-7): missing at berlin",
                        "public.customer (id=-5): missing at tokyo",
                        "public.customer (id=9): missing at tokyo",
                        "public.customer (id=10): differs in name",
                        "public.customer (id=11): missing at berlin");
    }

    @Test
    void threeSitesAreComparedAtOnce() throws SQLException {
        Server.Database lima = Server.tokyo().newDatabase();
        everywhere(
                "CREATE TABLE customer (id int PRIMARY KEY, name text)",
                "INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        lima.run(
                "CREATE TABLE customer (id int PRIMARY KEY, name text)",
                "INSERT INTO customer VALUES (1, 'a'), (3, 'C')");
        tokyo.run("DELETE FROM customer WHERE id = 3");
        var verification = new Verification(
                List.of(berlin.site(SHOP, "berlin"), tokyo.site(SHOP, "tokyo"), lima.site(SHOP, "lima")),
                List.of(CUSTOMER),
                10);

        assertThat(verification.compare(Progress.UNHEARD).differences().stream().map(Difference::toString))
                .containsExactly(
                        "public.customer (id=2): missing at lima",
                        "public.customer (id=3): missing at tokyo, differs in name");
    }

    @Test
    void aSecondLookSeesWhatHasArrived() throws SQLException {
        everywhere("CREATE TABLE customer (id int PRIMARY KEY, name text)");
        berlin.run("INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        Verification verification = verification(10);
        Verdict first = verification.compare(Progress.UNHEARD);
        assertThat(first.differing()).isEqualTo(3);

        tokyo.run("INSERT INTO customer VALUES (1, 'a'), (3, 'C')");
        berlin.run("DELETE FROM customer WHERE id = 2", "INSERT INTO customer VALUES (4, 'later')");
        Verdict second = verification.lookAgain(first, Progress.UNHEARD);

        assertThat(second.differences().stream().map(Difference::toString))
                .containsExactly("public.customer (id=3): differs in name");
        tokyo.run("UPDATE customer SET name = 'c' WHERE id = 3");
        assertThat(verification.lookAgain(second, Progress.UNHEARD).same()).isTrue();
    }

    @Test
    void moreDifferencesThanAreListedAreCountedAndLookedForAgain() throws SQLException {
        everywhere("CREATE TABLE customer (id int PRIMARY KEY)");
        berlin.run("INSERT INTO customer SELECT generate_series(1, 25000)", "ANALYZE customer");
        Verification verification = verification(300);
        var heard = new ArrayList<String>();

        Verdict first = verification.compare(
                (table, compared, estimated) -> heard.add(table + " " + compared + "/" + estimated));

        assertThat(first.differing()).isEqualTo(25_000);
        assertThat(first.differences()).hasSize(300);
        assertThat(heard)
                .containsExactly(
                        "public.customer 10000/25000", "public.customer 20000/25000", "public.customer 25000/25000");
        tokyo.run("INSERT INTO customer SELECT generate_series(1, 24990)");
        assertThat(verification.lookAgain(first, Progress.UNHEARD).differing()).isEqualTo(10);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void textKeysAreMatchedWhateverTheCollation(long seed) throws SQLException {
        berlin = Server.berlin()
                .newDatabase("LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' LOCALE 'C.UTF-8' TEMPLATE template0");
        tokyo = Server.tokyo().newDatabase("LOCALE 'C' ENCODING 'UTF8' TEMPLATE template0");
        String table = "CREATE TABLE customer (a text, b varchar(40), PRIMARY KEY (a, b))";
        berlin.run(table);
        tokyo.run("CREATE TABLE customer (b varchar(40), a text, PRIMARY KEY (a, b))");
        var random = new Random(seed);
        String alphabet = "aAbBzZ _-'\\\"äÄß😀\uE000\uFFFDée\u0301";
        int[] letters = alphabet.codePoints().toArray();
        var rows = random.ints(500, 0, 6)
                .mapToObj(length -> "(" + SqlText.literal(text(random, letters, length)) + ", "
                        + SqlText.literal(text(random, letters, random.nextInt(6))) + ")")
                .distinct()
                .toList();
        String insert = "INSERT INTO customer (a, b) VALUES " + String.join(", ", rows);
        berlin.run(insert);
        tokyo.run(insert);
        assertThat(compare().same()).isTrue();

        tokyo.run("DELETE FROM customer WHERE (a, b) = " + rows.get(0));
        assertThat(compare().differing()).isEqualTo(1);
    }

    @Test
    void textKeysAreMatchedBetweenEncodings() throws SQLException {
        tokyo = Server.tokyo().newDatabase("LOCALE 'C' ENCODING 'WIN1252' TEMPLATE template0");
        everywhere(
                "CREATE TABLE customer (id text PRIMARY KEY, name text)",
                "INSERT INTO customer VALUES ('€', 'ä'), ('ÿ', 'ß'), ('a', '€'), ('Œ', 'x'), ('ž', 'y')");

        assertThat(compare().same()).isTrue();
        tokyo.run("UPDATE customer SET name = 'Ä' WHERE id = '€'");
        assertThat(compare().differences()).hasToString("[public.customer (id=€): differs in name]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bigint: -9223372036854775808, -10, -9, 0, 9, 10, 9223372036854775807",
                "numeric: -Infinity, -10.5, -9, 0, 1.00, 9.999999999999999999999, 10, Infinity, NaN",
                "uuid: 00000000-0000-0000-0000-00000000000f, 0f000000-0000-0000-0000-000000000000, a0000000-0000-0000-0000-000000000000",
                "date: -infinity, 0044-03-15 BC, 1999-12-31, 2026-01-01, 12026-01-01, infinity",
                "timestamptz: -infinity, 2026-01-01 00:00:00+00, 2026-01-01 00:00:00.000001+00, infinity",
                "time: 00:00:00, 23:59:59.999999, 24:00:00",
                "boolean: true, false",
                "bytea: \\x, \\x00, \\x00ff, \\xff",
                "mood: sad, glad",
                "character(4): a, ab, b",
                "inet: 10.0.0.1, 10.0.0.1/8, ::1",
                "positive: 1, 2, 10"
            })
    void keysOfEveryTypeAreMatched(String typeAndValues) throws SQLException {
        String type = typeAndValues.substring(0, typeAndValues.indexOf(':'));
        List<String> values =
                Arrays.asList(typeAndValues.substring(type.length() + 2).split(", "));
        berlin.run(
                "CREATE TYPE mood AS ENUM ('sad', 'glad')",
                "CREATE DOMAIN positive AS int CHECK (value > 0)",
                "CREATE TABLE customer (id " + type + " PRIMARY KEY, name text)");
        tokyo.run(
                "CREATE TYPE mood AS ENUM ('glad', 'sad')",
                "CREATE DOMAIN positive AS int CHECK (value > 0)",
                "CREATE TABLE customer (id " + type + " PRIMARY KEY, name text)");
        everywhere("INSERT INTO customer VALUES "
                + values.stream().map(value -> "('" + value + "', 'x')").collect(Collectors.joining(", ")));
        assertThat(compare().same()).isTrue();

        tokyo.run(
                "DELETE FROM customer WHERE id = '" + values.get(0) + "'",
                "UPDATE customer SET name = 'y' WHERE id = '" + values.get(1) + "'");
        assertThat(compare().differences())
                .extracting(Difference::missingAt, Difference::columns)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(java.util.Set.of(TOKYO), java.util.Set.of()),
                        org.assertj.core.groups.Tuple.tuple(java.util.Set.of(), java.util.Set.of("name")));
    }

    @Test
    void equalNumbersSpelledDifferentlyAreOneKeyThatDiffers() throws SQLException {
        everywhere("CREATE TABLE customer (id numeric PRIMARY KEY)");
        berlin.run("INSERT INTO customer VALUES (1.0)");
        tokyo.run("INSERT INTO customer VALUES (1.00)");

        assertThat(compare().differences()).hasToString("[public.customer (id=1.0): differs in id]");
    }

    @Test
    void tablesThatCannotBeComparedAreTold() throws SQLException {
        berlin.run("CREATE TABLE customer (id int PRIMARY KEY, name text, since date)");
        assertThatThrownBy(this::compare)
                .isInstanceOf(SiteException.class)
                .hasMessage(
                        "tokyo: there is no table public.customer; see antiphon doctor for what makes the sites alike");

        tokyo.run("CREATE TABLE customer (id int, name text, phone text)");
        assertThatThrownBy(this::compare).hasMessageStartingWith("tokyo: public.customer has no primary key;");

        tokyo.run("ALTER TABLE customer ADD PRIMARY KEY (name)");
        assertThatThrownBy(this::compare)
                .hasMessageStartingWith("tokyo: public.customer has another key than at berlin;");

        tokyo.run("ALTER TABLE customer DROP CONSTRAINT customer_pkey, ADD PRIMARY KEY (id)");
        assertThatThrownBy(this::compare)
                .hasMessageStartingWith("tokyo: public.customer has other columns than at berlin (phone, since);");
    }

    @Test
    void rowsThatAreHiddenFromUsAreNotSaidToBeMissing() throws SQLException {
        everywhere("CREATE TABLE customer (id int PRIMARY KEY)", "INSERT INTO customer VALUES (1)");
        String user = "blind_" + tokyo.name();
        tokyo.run(
                "CREATE ROLE " + user + " LOGIN",
                "GRANT SELECT ON customer TO " + user,
                "ALTER TABLE customer ENABLE ROW LEVEL SECURITY");
        var verification = new Verification(
                List.of(berlin.site(SHOP, "berlin"), tokyo.site(SHOP, "tokyo", user)), List.of(CUSTOMER), 10);

        assertThatThrownBy(() -> verification.compare(Progress.UNHEARD))
                .isInstanceOf(SiteException.class)
                .hasMessageContaining("tokyo: public.customer cannot be read")
                .hasMessageEndingWith("; see antiphon doctor");
    }

    @Test
    void aTableLargerThanTheMemoryIsCompared() throws Exception {
        everywhere(
                "CREATE TABLE customer (id int PRIMARY KEY)", "INSERT INTO customer SELECT generate_series(1, 400000)");
        tokyo.run("DELETE FROM customer WHERE id = 399999");

        Process comparison = ComparisonInLittleMemory.of(CUSTOMER, berlin.url(), tokyo.url());

        assertThat(new String(comparison.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines("1 differ");
        assertThat(comparison.waitFor()).isZero();
    }

    private void everyTypeEverywhere() throws SQLException {
        everywhere(
                "CREATE TYPE mood AS ENUM ('sad', 'glad')",
                "CREATE DOMAIN positive AS int CHECK (value > 0)",
                EVERY_TYPE,
                EVERY_VALUE);
    }

    private static String text(Random random, int[] letters, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private void everywhere(String... sql) throws SQLException {
        berlin.run(sql);
        tokyo.run(sql);
    }

    private Verification verification(int listed) {
        return new Verification(
                List.of(berlin.site(SHOP, "berlin"), tokyo.site(SHOP, "tokyo")), List.of(CUSTOMER), listed);
    }

    private Verdict compare() {
        return verification(100).compare(Progress.UNHEARD);
    }
}
