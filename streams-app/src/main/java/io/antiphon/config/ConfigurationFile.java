package io.antiphon.config;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code antiphon.yaml}. */
final class ConfigurationFile {
    private static final Pattern SERVERS = Pattern.compile("[^\\s,:/]+:\\d{1,5}(,[^\\s,:/]+:\\d{1,5})*");
    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s/@]+(/\\S*)?");

    private final Source source;

    private ConfigurationFile(Source source) {
        this.source = source;
    }

    static Configuration read(Path file, Map<String, String> environment) {
        return new ConfigurationFile(new Source(file, environment)).configuration();
    }

    private Configuration configuration() {
        Mapping top = Mapping.of(source, "", node(text())).holding(Key.Section.TOP);
        Value mesh = top.required(Key.MESH);
        top.required(Key.SITES);
        top.required(Key.TABLES);
        MeshName name = mesh.as(MeshName::new);
        List<Site> sites = sites(top.mapping(Key.SITES));
        return new Configuration(
                name,
                sites,
                tables(top.mapping(Key.TABLES), sites),
                kafka(top.mapping(Key.KAFKA).holding(Key.Section.KAFKA)),
                ports(top.mapping(Key.PORTS).holding(Key.Section.PORTS)),
                count(top, Key.PARTITIONS),
                duration(top, Key.MAX_CLOCK_SKEW),
                count(top, Key.RESOLVER_THREADS),
                count(top, Key.SINK_TASKS),
                retention(top.mapping(Key.RETENTION).holding(Key.Section.RETENTION)));
    }

    private String text() {
        try {
            return Files.readString(source.file());
        } catch (NoSuchFileException e) {
            throw source.fault(
                    "there is no such file: write one, as in docs/configuration.md, and name it with its path");
        } catch (AccessDeniedException e) {
            throw source.fault("may not be read by this user: change its permissions");
        } catch (CharacterCodingException e) {
            throw source.fault("is not UTF-8 text: save it as that");
        } catch (IOException e) {
            throw source.fault("cannot be read (" + e.getMessage() + "): name a file that can");
        }
    }

    private Node node(String text) {
        try {
            Optional<Node> node = new Compose(LoadSettings.builder().build()).composeString(text);
            return node.orElseThrow(() -> source.fault("is empty: a configuration begins with 'mesh: NAME'"));
        } catch (MarkedYamlEngineException e) {
            throw source.fault(e.getProblemMark(), "not YAML: " + withoutText(e.getProblem()));
        } catch (YamlEngineException e) {
            throw source.fault("not YAML: it holds characters that no text has");
        }
    }

    /** What the parser says, unless it repeats what it met, which may be a password. */
    private static String withoutText(@Nullable String problem) {
        if (problem == null) {
            return "it cannot be parsed here";
        }
        if (problem.contains("alias")) {
            return "'*' begins an alias that is not defined: put the value in quotes";
        }
        return problem.lines().findFirst().orElse("it cannot be parsed here");
    }

    private List<Site> sites(Mapping mapping) {
        var before = new ArrayList<Site>();
        mapping.each((name, entry) -> {
            Mapping site = entry.holding(Key.Section.SITE);
            var one = new Site(
                    new SiteId(name),
                    site.required(Key.URL).text(),
                    site.required(Key.USER).text(),
                    new Secret(site.value(Key.PASSWORD).map(Value::text).orElse("")));
            one.besides(before);
            before.add(one);
            return one;
        });
        if (before.size() < 2) {
            throw mapping.fault(
                    "a mesh has at least two sites, this one has " + before.size() + ": add the other databases");
        }
        return before;
    }

    private List<Table> tables(Mapping mapping, List<Site> sites) {
        var before = new ArrayList<Table>();
        mapping.each((name, entry) -> {
            Table one = table(TableId.parse(name), entry.holding(Key.Section.TABLE));
            one.besides(before, sites);
            before.add(one);
            return one;
        });
        if (before.isEmpty()) {
            throw mapping.fault("a mesh has at least one table: name one under 'tables', as in public.customer: {}");
        }
        return before;
    }

    private static Table table(TableId id, Mapping table) {
        boolean parks = table.value(Key.CONFLICTS)
                .map(value -> value.word(Key.CONFLICTS).equals("park"))
                .orElse(false);
        Granularity granularity = table.value(Key.GRANULARITY)
                .map(value -> Granularity.named(value.word(Key.GRANULARITY)))
                .orElse(Granularity.COLUMN);
        Mapping columns = table.mapping(Key.COLUMNS).withOnlyList(Key.TOGETHER);
        // A column may be called "together" too; then a mapping stands there.
        Optional<Value> together = columns.value(Key.TOGETHER).filter(value -> !value.isMapping());
        MergeRule usual = new MergeRule(
                table.value(Key.TABLE_MERGE)
                        .map(value -> value.word(Key.TABLE_MERGE))
                        .orElse(MergeRule.LAST_WRITER_WINS),
                priority(table, Key.TABLE_PRIORITY),
                null,
                null);
        var merges = new LinkedHashMap<String, MergeRule>();
        (together.isPresent() ? columns.without(Key.TOGETHER) : columns).each((name, column) -> {
            column.holding(Key.Section.COLUMN);
            if (Stream.of(Key.MERGE, Key.PRIORITY, Key.AT_LEAST, Key.AT_MOST)
                    .anyMatch(key -> column.value(key).isPresent())) {
                merges.put(name, merge(column));
            }
            return name;
        });
        Truncate truncate = table.value(Key.TRUNCATE)
                .map(value -> Truncate.named(value.word(Key.TRUNCATE)))
                .orElse(Truncate.HOLD);
        return new Table(
                id,
                granularity,
                together.map(Value::groups).orElse(List.of()),
                usual,
                merges,
                table.value(Key.DELETES)
                        .map(value -> Deletes.named(value.word(Key.DELETES)))
                        .orElse(Deletes.LAST_WRITER_WINS),
                truncate,
                table.value(Key.ALLOWED_TRIGGERS)
                        .map(Value::texts)
                        .map(Set::copyOf)
                        .orElse(Set.of()),
                parks);
    }

    private static MergeRule merge(Mapping column) {
        Value merge = column.required(Key.MERGE);
        String name = merge.text();
        boolean isOwn = MergeRule.own(name).isPresent();
        if (!isOwn && Nearest.to(name, MergeRule.NAMES).isEmpty()) {
            throw merge.fault(" is '" + name + "': use " + String.join(" or ", MergeRule.NAMES)
                    + ", or name the jar of your own merge of this name in ANTIPHON_MERGES");
        }
        return new MergeRule(
                isOwn ? name : merge.word(Key.MERGE),
                priority(column, Key.PRIORITY),
                column.value(Key.AT_LEAST).map(Value::number).orElse(null),
                column.value(Key.AT_MOST).map(Value::number).orElse(null));
    }

    private static List<SiteId> priority(Mapping mapping, Key key) {
        return mapping.value(key)
                .map(value -> value.texts().stream().map(SiteId::new).toList())
                .orElse(List.of());
    }

    private static Kafka kafka(Mapping kafka) {
        boolean cluster = kafka.value(Key.BOOTSTRAP_SERVERS).isPresent();
        boolean embedded = kafka.value(Key.EMBEDDED)
                .map(value -> value.word(Key.EMBEDDED).equals("true"))
                .orElse(!cluster);
        if (embedded) {
            for (Key key : List.of(Key.BOOTSTRAP_SERVERS, Key.REGISTRY, Key.CONNECT)) {
                kafka.value(key).ifPresent(value -> {
                    throw value.fault(" and an embedded Kafka exclude each other: remove one");
                });
            }
            return new Kafka.Embedded();
        }
        return new Kafka.Cluster(
                form(kafka.required(Key.BOOTSTRAP_SERVERS), SERVERS, "host:port, several with commas"),
                form(kafka.required(Key.REGISTRY), ADDRESS, "http://host:port/path"),
                kafka.value(Key.CONNECT)
                        .map(value -> form(value, ADDRESS, "http://host:port"))
                        .orElse(null));
    }

    private static String form(Value value, Pattern form, String mend) {
        String text = value.text();
        if (!form.matcher(text).matches()) {
            throw value.fault(" is no such address: write " + mend);
        }
        return text;
    }

    private static Ports ports(Mapping ports) {
        Ports usual = Ports.usual();
        return ports.as(() -> new Ports(
                port(ports, Key.HTTP_PORT, usual.http()),
                port(ports, Key.CONNECT_PORT, usual.connect()),
                port(ports, Key.KAFKA_PORT, usual.kafka()),
                port(ports, Key.REGISTRY_PORT, usual.registry()),
                ports.value(Key.LISTEN).map(Value::text).orElse(usual.listen())));
    }

    private static int port(Mapping ports, Key key, int usual) {
        return ports.value(key).map(value -> value.wholeNumber(0, 65_535)).orElse(usual);
    }

    private static int count(Mapping top, Key key) {
        return top.value(key)
                .map(value -> value.wholeNumber(1, Integer.MAX_VALUE))
                .orElseGet(() -> Integer.parseInt(key.otherwise));
    }

    private static Duration duration(Mapping mapping, Key key) {
        return mapping.value(key).map(Value::duration).orElseGet(() -> Value.duration(key.otherwise)
                .orElseThrow());
    }

    private static Retention retention(Mapping retention) {
        return new Retention(
                duration(retention, Key.CAPTURED),
                retention.value(Key.DECIDED).flatMap(Value::durationOrForever).orElse(null));
    }
}
