package io.antiphon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("antiphon.yaml")
class ConfigurationTest {
    private static final String SITES = """
            mesh: shop
            sites:
              berlin: { url: "jdbc:postgresql://db.berlin:5432/shop", user: antiphon, password: "${env:BERLIN}" }
              tokyo:  { url: "jdbc:postgresql://db.tokyo/shop",  user: antiphon }
            """;

    private static final String TABLES = """
            tables:
              public.customer: {}
            """;

    private static final Map<String, String> ENVIRONMENT = Map.of("BERLIN", "a$b\\c geheim");

    @TempDir
    Path folder;

    @Test
    void needs_no_more_than_mesh_sites_and_tables() {
        Configuration read = read(SITES + TABLES);

        assertThat(read.mesh()).isEqualTo(new MeshName("shop"));
        assertThat(read.sites())
                .containsExactly(
                        new Site(
                                new SiteId("berlin"),
                                "jdbc:postgresql://db.berlin:5432/shop",
                                "antiphon",
                                new Secret("a$b\\c geheim")),
                        new Site(new SiteId("tokyo"), "jdbc:postgresql://db.tokyo/shop", "antiphon", new Secret("")));
        assertThat(read.tables()).containsExactly(Table.of(new TableId("public", "customer")));
        assertThat(read.kafka()).isEqualTo(new Kafka.Embedded());
        assertThat(read.ports()).isEqualTo(Ports.usual());
        assertThat(read.retention()).isEqualTo(Retention.usual());
        assertThat(read.partitions()).isEqualTo(4);
        assertThat(read.maxClockSkew()).isEqualTo(Duration.ofSeconds(10));
        assertThat(read.resolverThreads()).isEqualTo(2);
        assertThat(read.sinkTasks()).isEqualTo(2);
    }

    @Test
    void says_everything_there_is_to_say() {
        Configuration read = read(SITES + """
                tables:
                  public.customer:
                  public.address: { columns: { together: [street, city], zip: { merge: last-writer-wins } } }
                  public.parcel: { columns: { together: [[w, h], [from, to]] } }
                  sales.Invoice: { granularity: row, truncate: delete, allowed.triggers: [stamp, audit], deletes: last-writer-wins, conflicts: park }
                kafka: { bootstrap.servers: "k1:9092,k2:9092", registry: "http://r:8081/apis/ccompat/v7", connect: "http://c:8083" }
                ports: { listen: 0.0.0.0, http: 0, connect: 1, kafka: 2, registry: 65535 }
                retention: { captured: 36h, conflicts: 90d }
                partitions: 12
                max.clock.skew: 250ms
                resolver.threads: 3
                sink.tasks: 5
                """);

        assertThat(read.tables())
                .containsExactly(
                        Table.of(TableId.parse("public.customer")),
                        new Table(
                                TableId.parse("public.address"),
                                Granularity.COLUMN,
                                List.of(List.of("street", "city")),
                                Truncate.HOLD,
                                Set.of(),
                                false),
                        new Table(
                                TableId.parse("public.parcel"),
                                Granularity.COLUMN,
                                List.of(List.of("w", "h"), List.of("from", "to")),
                                Truncate.HOLD,
                                Set.of(),
                                false),
                        new Table(
                                TableId.parse("sales.Invoice"),
                                Granularity.ROW,
                                List.of(),
                                Truncate.DELETE,
                                Set.of("stamp", "audit"),
                                true));
        assertThat(read.kafka())
                .isEqualTo(new Kafka.Cluster("k1:9092,k2:9092", "http://r:8081/apis/ccompat/v7", "http://c:8083"));
        assertThat(read.ports()).isEqualTo(new Ports(0, 1, 2, 65_535, "0.0.0.0"));
        assertThat(read.retention()).isEqualTo(new Retention(Duration.ofHours(36), Duration.ofDays(90)));
        assertThat(read.partitions()).isEqualTo(12);
        assertThat(read.maxClockSkew()).isEqualTo(Duration.ofMillis(250));
        assertThat(read.resolverThreads()).isEqualTo(3);
        assertThat(read.sinkTasks()).isEqualTo(5);
    }

    @Test
    void written_for_the_resolver_it_reads_back_the_same_but_for_the_passwords() throws IOException {
        Configuration read = read(SITES + """
                tables:
                  public.address: { columns: { together: [street, 'ci"ty\\'] } }
                  'public.a table': { granularity: row, allowed.triggers: ["b'c", a], merge: site-priority, priority: [tokyo], deletes: update-wins, conflicts: park }
                  public.account: { columns: { 'the "sum"': { merge: add-deltas, at-least: -1.50, at-most: 2 }, tags: { merge: union } } }
                retention: { captured: 30000d }
                """);
        Configuration effective = read.on(new Kafka.Cluster("127.0.0.1:40001", "http://127.0.0.1:40002/v7", null))
                .on(new Ports(40_003, 40_004, 40_001, 40_002, Ports.LOOPBACK));
        Path file = folder.resolve("effective.yaml");

        effective.write(file);

        assertThat(Configuration.read(file, Map.of()).render()).isEqualTo(effective.render());
        assertThat(Configuration.read(file, Map.of()))
                .usingRecursiveComparison()
                .ignoringFields("sites.password")
                .isEqualTo(effective);
        assertThat(effective.render()).doesNotContain("geheim");
    }

    @Test
    void its_passwords_are_never_printed() {
        assertThat(read(SITES + TABLES).toString()).doesNotContain("geheim").contains("(secret)");
    }

    @Test
    void a_site_says_where_its_database_is() {
        Site site = new Site(
                new SiteId("berlin"), "jdbc:postgresql://DB.berlin/sh%20op?sslmode=require", "a", new Secret(""));

        assertThat(site.host()).isEqualTo("DB.berlin");
        assertThat(site.port()).isEqualTo(5432);
        assertThat(site.database()).isEqualTo("sh op");
    }

    @Test
    void that_is_missing_is_one_line() {
        assertThatThrownBy(() -> Configuration.read(folder.resolve("none.yaml"), Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("none.yaml: there is no such file")
                .hasMessageNotContaining("\n");
    }

    @Test
    void that_is_a_folder_is_one_line() {
        assertThatThrownBy(() -> Configuration.read(folder, Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cannot be read (Is a directory)");
    }

    @Test
    void that_is_no_text_is_one_line() throws IOException {
        Path file = folder.resolve("antiphon.yaml");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});

        assertThatThrownBy(() -> Configuration.read(file, Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("is not UTF-8 text");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
                    ''                               | : is empty: a configuration begins with 'mesh: NAME'
                    # nothing                        | : is empty: a configuration begins with 'mesh: NAME'
                    just words                       | :1: this is not a configuration: it begins with 'mesh: NAME'
                    [a, list]                        | :1: this is not a configuration: it begins with 'mesh: NAME'
                    mesh: [                          | :1: not YAML: expected the node content, but found '<stream end>'
                    mesh: a: b                       | :1: not YAML: mapping values are not allowed here
                    mesh: *geheim                    | :1: not YAML: '*' begins an alias that is not defined: put the value in quotes
                    mesh: "\u0000"                   | : not YAML: it holds characters that no text has
                    """)
    void that_is_not_a_configuration_is_one_line(String text, String says) {
        refused(text.replace("\\u0000", "\u0000"), says);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    tabels: {}                          | :5: unknown key 'tabels': did you mean 'tables'?
                    bananas: 1                          | :5: unknown key 'bananas': known here are mesh, sites, tables, kafka, ports, retention, partitions, max.clock.skew, resolver.threads, sink.tasks
                    granularity: row                    | :5: unknown key 'granularity': it belongs under tables.<schema.name>
                    max: 5                              | :5: unknown key 'max': did you mean 'max.clock.skew'?
                    targets: {}                         | :5: 'targets' is not available in this version: remove it
                    mesh: other                         | :5: 'mesh' is there twice (first on line 1): rename or remove one
                    partitions: four                    | :5: partitions is 'four': write a whole number
                    partitions: 0                       | :5: partitions is 0: write a number from 1
                    partitions: 99999999999             | :5: partitions is '99999999999': write a whole number
                    sink.tasks:                         | :5: sink.tasks has no value: write it after the colon
                    sink.tasks: [2]                     | :5: sink.tasks is not a single value
                    resolver.threads: -1                | :5: resolver.threads is -1: write a number from 1
                    max.clock.skew: 10                  | :5: max.clock.skew is '10', which is no duration: write a whole number and ms, s, m, h or d, as in 10s
                    max.clock.skew: 10 weeks            | :5: max.clock.skew is '10 weeks', which is no duration: write a whole number and ms, s, m, h or d, as in 10s
                    max.clock.skew: 0s                  | :5: max.clock.skew is '0s': it is from 1ms to 36500d
                    max.clock.skew: 9999999999999d      | :5: max.clock.skew is '9999999999999d': it is from 1ms to 36500d
                    ports: { http: 65536 }              | :5: ports.http is 65536: write a number from 0 to 65535
                    ports: { htp: 0 }                   | :5: unknown key 'htp' under ports: did you mean 'http'?
                    ports: 8080                         | :5: ports is not a mapping: write { key: value, … } or indented lines of 'key: value'
                    ports: { listen: '' }               | :5: the address to listen on is empty
                    retention: { captured: forever }    | :5: retention.captured is 'forever', which is no duration: write a whole number and ms, s, m, h or d, as in 10s
                    kafka: { embedded: yes }            | :5: kafka.embedded is 'yes': use true or false
                    kafka: { embedded: false }          | :5: kafka: 'bootstrap.servers' is missing: write 'bootstrap.servers: kafka-1:9092,kafka-2:9092'
                    kafka: { embeded: true }            | :5: unknown key 'embeded' under kafka: did you mean 'embedded'?
                    kafka: { bootstrap: 'a:1' }         | :5: unknown key 'bootstrap' under kafka: did you mean 'bootstrap.servers'?
                    kafka: { bootstrap.servers: 'a:1' } | :5: kafka: 'registry' is missing: write 'registry: http://registry:8081/apis/ccompat/v7'
                    kafka: { embedded: true, connect: 'http://c' }           | :5: kafka.connect and an embedded Kafka exclude each other: remove one
                    kafka: { bootstrap.servers: 'a', registry: 'http://r' }  | :5: kafka.bootstrap.servers is no such address: write host:port, several with commas
                    kafka: { bootstrap.servers: 'a:1', registry: 'r:8081' }  | :5: kafka.registry is no such address: write http://host:port/path
                    """)
    void refuses_what_is_wrong_at_the_top_of_the_file(String line, String says) {
        refused(SITES + line + "\n" + TABLES, says);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    public.customer: { grnularity: row }                        | :6: unknown key 'grnularity' under tables.public.customer: did you mean 'granularity'?
                    public.customer: { granularity: rows }                      | :6: tables.public.customer.granularity is 'rows': did you mean 'row'?
                    public.customer: { granularity: cell }                      | :6: tables.public.customer.granularity is 'cell': use column or row
                    public.customer: { http: 1 }                                | :6: unknown key 'http' under tables.public.customer: it belongs under ports
                    public.customer: { conflicts: parked }                      | :6: tables.public.customer.conflicts is 'parked': did you mean 'park'?
                    public.customer: { deletes: delete-win }                    | :6: tables.public.customer.deletes is 'delete-win': did you mean 'delete-wins'?
                    public.customer: { merge: max }                             | :6: tables.public.customer.merge is 'max': use last-writer-wins or first-writer-wins or site-priority
                    public.customer: { priority: [tokyo] }                      | :6: merge 'last-writer-wins' asks no site first: remove 'priority', or merge by site-priority
                    public.customer: { merge: site-priority, priority: [rome] } | :6: table public.customer: 'priority' names site rome, which the mesh does not have: its sites are [berlin, tokyo]
                    public.customer: { columns: { b: { merge: add-delta } } }   | :6: tables.public.customer.columns.b.merge is 'add-delta': did you mean 'add-deltas'?
                    public.customer: { columns: { b: { merge: highest-bidder } } } | :6: tables.public.customer.columns.b.merge is 'highest-bidder': use last-writer-wins or first-writer-wins or site-priority or max or min or add-deltas or union or json-merge, or name the jar of your own merge of this name in ANTIPHON_MERGES
                    public.customer: { columns: { b: { at-least: 0 } } }        | :6: tables.public.customer.columns.b: 'merge' is missing: write 'merge: add-deltas'
                    public.customer: { columns: { b: { merge: max, at-least: 0 } } } | :6: merge 'max' has no bounds: remove 'at-least' and 'at-most', or merge by add-deltas
                    public.customer: { columns: { b: { merge: add-deltas, at-least: 2, at-most: 1 } } } | :6: at-least 2 is above at-most 1: exchange them
                    public.customer: { columns: { b: { merge: add-deltas, at-least: x } } } | :6: tables.public.customer.columns.b.at-least is 'x': write a number
                    public.customer: { granularity: row, columns: { b: { merge: max } } } | :6: table public.customer moves as whole rows, so its columns [b] have no merge of their own: remove them or 'granularity: row'
                    public.customer: { columns: { together: [a, b], b: { merge: max } } } | :6: table public.customer: column 'b' moves together with others, so it has no merge of its own: remove one of the two
                    public.customer: { consistency: causal }                    | :6: 'consistency' under tables.public.customer is not available in this version: remove it
                    public.customer: { columns: { b: { merg: max } } }          | :6: unknown key 'merg' under tables.public.customer.columns.b: did you mean 'merge'?
                    public.customer: { columns: { b: max } }                    | :6: tables.public.customer.columns.b is not a mapping: write { key: value, … } or indented lines of 'key: value'
                    public.customer: { columns: { togther: [a, b] } }           | :6: unknown key 'togther' under tables.public.customer.columns: did you mean 'together'?
                    public.customer: { columns: { together: a } }               | :6: tables.public.customer.columns.together is not a list: write [a, b]
                    public.customer: { columns: { together: [a] } }             | :6: table public.customer: a group of columns that move together has at least two, not [a]
                    public.customer: { columns: { together: [a, a] } }          | :6: table public.customer: column 'a' moves together twice: name it in one group only, and once
                    public.customer: { columns: { together: [[a, b], c] } }     | :6: tables.public.customer.columns.together mixes columns and lists of columns: write [[a, b], [c, d]]
                    public.customer: { granularity: row, columns: { together: [a, b] } } | :6: table public.customer moves as whole rows, so columns that move together mean nothing: remove 'together' or 'granularity: row'
                    customer: {}                                                | :6: 'customer' is not a table: write schema.name, as in public.customer
                    antiphon.position: {}                                       | :6: table antiphon.position is in schema antiphon, which is not the applications': name the tables that they write
                    [a]: {}                                                     | :6: a key under tables is not a text
                    """)
    void refuses_what_is_wrong_at_a_table(String line, String says) {
        refused(SITES + "tables:\n  " + line + "\n", says);
    }

    @Test
    void refuses_a_mesh_without_tables() {
        refused(SITES, ":1: 'tables' is missing: write 'tables: …'");
        refused(
                SITES + "tables: {}\n",
                ":5: a mesh has at least one table: name one under 'tables', as in public.customer: {}");
    }

    @Test
    void refuses_a_table_that_is_there_twice() {
        refused(
                SITES + "tables:\n  public.a: {}\n  public.b: {}\n  public.a: {}\n",
                ":8: 'public.a' is there twice under tables (first on line 6): rename or remove one");
    }

    @Test
    void refuses_tables_whose_topics_kafka_could_not_tell_apart() {
        refused(
                SITES + "tables:\n  public.a_b: {}\n  public_a.b: {}\n",
                ":7: tables public.a_b and public_a.b would share their topics, because Kafka does not tell their names apart: rename one");
        refused(
                SITES + "tables:\n  'public.a b': {}\n  public.a_b: {}\n",
                ":7: tables public.a b and public.a_b would share their topics, because Kafka does not tell their names apart: rename one");
    }

    @Test
    void refuses_sites_and_tables_whose_topics_kafka_could_not_tell_apart() {
        String sites = """
                mesh: shop
                sites:
                  eu: { url: "jdbc:postgresql://eu/shop", user: a }
                  eu_west: { url: "jdbc:postgresql://west/shop", user: a }
                  resolved_x: { url: "jdbc:postgresql://x/shop", user: a }
                tables:
                """;
        refused(
                sites + "  west.a_b: {}\n  a.b: {}\n",
                ":8: table a.b at site eu_west and table west.a_b at site eu would share a topic, because Kafka does not tell their names apart: rename one");
        refused(
                sites + "  a.b: {}\n  x.a_b: {}\n",
                ":8: the resolved topic of table x.a_b and that of table a.b at site resolved_x would be one, because Kafka does not tell their names apart: rename the site");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    berlin: { url: "jdbc:postgresql://else/shop", user: a }      | :4: 'berlin' is there twice under sites (first on line 3): rename or remove one
                    tokyo: { url: "jdbc:postgresql://localhost/shop", user: b }  | :4: sites berlin and tokyo are the same database, localhost:5432/shop: give each its own
                    tokyo: { url: "jdbc:postgresql://[::1]/shop?a=b", user: b }  | :4: sites berlin and tokyo are the same database, localhost:5432/shop: give each its own
                    Tokyo: { url: "jdbc:postgresql://t/shop", user: a }          | :4: 'Tokyo' cannot name a site: use lower-case letters, digits and '_', starting with a letter, at most 20, and not 'resolved'
                    resolved: { url: "jdbc:postgresql://t/shop", user: a }       | :4: 'resolved' cannot name a site: use lower-case letters, digits and '_', starting with a letter, at most 20, and not 'resolved'
                    tokyo: { user: a }                                           | :4: sites.tokyo: 'url' is missing: write 'url: jdbc:postgresql://db.berlin:5432/shop'
                    tokyo: { url: "jdbc:postgresql://t/shop" }                   | :4: sites.tokyo: 'user' is missing: write 'user: antiphon'
                    tokyo: { url: "jdbc:postgresql://t/shop", user: '' }         | :4: the user of site tokyo is empty: write the one to connect as
                    tokyo: { url: "jdbc:mysql://t/shop", user: a }               | :4: the url of site tokyo is not one of a PostgreSQL database: write jdbc:postgresql://host:5432/database
                    tokyo: { url: "jdbc:postgresql://a:geheim@t/shop", user: a } | :4: the url of site tokyo is not one of a PostgreSQL database: write jdbc:postgresql://host:5432/database
                    tokyo: { url: "jdbc:postgresql://t", user: a }               | :4: the url of site tokyo is not one of a PostgreSQL database: write jdbc:postgresql://host:5432/database
                    tokyo: { url: "jdbc:postgresql://t/shop?password=geheim", user: a } | :4: the url of site tokyo holds a user or password: write them under 'user' and 'password', so that they are not printed
                    tokyo: { url: "jdbc:postgresql://t/shop", user: a, pasword: geheim } | :4: unknown key 'pasword' under sites.tokyo: did you mean 'password'?
                    tokyo: { url: "jdbc:postgresql://t/shop", user: a, password: "${env:TOKIO}" } | :4: sites.tokyo.password refers to ${env:TOKIO}, but the environment variable TOKIO is not set: export it, or write the value here
                    tokyo: { url: "jdbc:postgresql://t/shop", user: a, password: "${evn:TOKIO}" } | :4: sites.tokyo.password holds a reference that cannot be read: write ${env:NAME}
                    tokyo: { url: "jdbc:postgresql://t/shop", user: a, password: "${env:TOKIO" }  | :4: sites.tokyo.password holds a reference that cannot be read: write ${env:NAME}
                    tokyo: { url: "jdbc:postgresql://t/shop", user: a, password: [geheim] }       | :4: sites.tokyo.password is not a single value
                    tokyo: geheim                                                | :4: sites.tokyo is not a mapping: write { key: value, … } or indented lines of 'key: value'
                    """)
    void refuses_what_is_wrong_at_a_site(String line, String says) {
        refused(
                "mesh: shop\nsites:\n  berlin: { url: \"jdbc:postgresql://127.0.0.1:5432/shop\", user: a, password: geheim }\n  "
                        + line + "\n" + TABLES,
                says);
    }

    @Test
    void refuses_a_mesh_of_no_or_one_site() {
        refused(
                "mesh: shop\nsites:\n" + TABLES,
                ":2: a mesh has at least two sites, this one has 0: add the other databases");
        refused(
                "mesh: shop\nsites:\n  berlin: { url: \"jdbc:postgresql://b/shop\", user: a }\n" + TABLES,
                ":3: a mesh has at least two sites, this one has 1: add the other databases");
    }

    @Test
    void refuses_a_mesh_without_a_name_and_one_that_cannot_be_a_name() {
        refused(TABLES, ":1: 'mesh' is missing: write 'mesh: shop'");
        refused(
                SITES.replace("mesh: shop", "# comment\nmesh: My Shop") + TABLES,
                ":2: 'My Shop' cannot name a mesh: use lower-case letters, digits and '_', starting with a letter, at most 30");
    }

    @Test
    void takes_a_variable_that_holds_a_reference_as_it_is() {
        Path file = written(SITES + TABLES);

        assertThat(Configuration.read(file, Map.of("BERLIN", "${env:X}"))
                        .sites()
                        .get(0)
                        .password()
                        .revealed())
                .isEqualTo("${env:X}");
    }

    private void refused(String text, String says) {
        Path file = written(text);
        assertThatThrownBy(() -> Configuration.read(file, ENVIRONMENT))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + says)
                .hasMessageNotContaining("geheim");
    }

    private Configuration read(String text) {
        return Configuration.read(written(text), ENVIRONMENT);
    }

    private Path written(String text) {
        try {
            return Files.writeString(folder.resolve("antiphon.yaml"), text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
