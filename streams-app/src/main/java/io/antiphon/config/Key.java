package io.antiphon.config;

import java.util.Arrays;
import java.util.List;

/** Every key of {@code antiphon.yaml}, declared once: what is read, what is refused and {@code docs/configuration.md} come from here. */
enum Key {
    MESH(
            Section.TOP,
            "mesh",
            Form.NAME,
            "required",
            "shop",
            "Names the mesh. Topics, replication slots, publications and origins carry the name, so it cannot change later."),
    SITES(
            Section.TOP,
            "sites",
            Form.MAPPING,
            "required",
            "",
            "The databases that are written to and kept in agreement, at least two, each under its name. Their order is the site order, which breaks ties between rows whose age is not known."),
    TABLES(
            Section.TOP,
            "tables",
            Form.MAPPING,
            "required",
            "",
            "The tables that are kept in agreement, at least one, each as `schema.name`. `{}` takes every default."),
    KAFKA(Section.TOP, "kafka", Form.MAPPING, "{ embedded: true }", "", "Where the topics are."),
    PORTS(Section.TOP, "ports", Form.MAPPING, "those below", "", "The ports that are listened on."),
    RETENTION(
            Section.TOP,
            "retention",
            Form.MAPPING,
            "those below",
            "",
            "How long the topics that are not compacted keep their records."),
    PARTITIONS(
            Section.TOP,
            "partitions",
            Form.COUNT,
            "4",
            "4",
            "Partitions of every topic of the mesh. Cannot change once the topics are there, because a row would move."),
    MAX_CLOCK_SKEW(
            Section.TOP,
            "max.clock.skew",
            Form.DURATION,
            "10s",
            "10s",
            "A change whose commit time is further ahead than this of the moment it was captured is pulled back to it, so that a clock that jumps ahead does not win until the others catch up."),
    RESOLVER_THREADS(Section.TOP, "resolver.threads", Form.COUNT, "2", "2", "Stream threads of one resolver process."),
    SINK_TASKS(
            Section.TOP,
            "sink.tasks",
            Form.COUNT,
            "2",
            "2",
            "Tasks of each site's sink. Each holds one replication origin of the site's database."),
    TARGETS(Section.TOP, "targets", Form.LATER, "", "", "Stores that only receive."),

    URL(
            Section.SITE,
            "url",
            Form.TEXT,
            "required",
            "jdbc:postgresql://db.berlin:5432/shop",
            "The database, as `jdbc:postgresql://host:port/database`; without user and password, which have their own keys."),
    USER(Section.SITE, "user", Form.TEXT, "required", "antiphon", "The user to connect as."),
    PASSWORD(
            Section.SITE,
            "password",
            Form.TEXT,
            "none",
            "${env:BERLIN_PASSWORD}",
            "The user's password; left out where the database asks for none. It is never printed."),

    GRANULARITY(
            Section.TABLE,
            "granularity",
            Form.words("column", "row"),
            "column",
            "row",
            "What concurrent changes of a row are decided on: each column by itself, or the row as a whole."),
    COLUMNS(Section.TABLE, "columns", Form.MAPPING, "{}", "", "What differs for single columns."),
    DELETES(
            Section.TABLE,
            "deletes",
            Form.words("last-writer-wins", "delete-wins", "update-wins"),
            "last-writer-wins",
            "delete-wins",
            "What wins when one site deletes a row that another changes, neither knowing of the other."),
    TABLE_MERGE(
            Section.TABLE,
            "merge",
            Form.words("last-writer-wins", "first-writer-wins", "site-priority"),
            "last-writer-wins",
            "site-priority",
            "The merge of every column that has none of its own, of columns that move together, and of whole rows."),
    TABLE_PRIORITY(
            Section.TABLE,
            "priority",
            Form.LIST,
            "the order of `sites`",
            "[tokyo, berlin]",
            "With `merge: site-priority`: whose value stands, first the first."),
    CONFLICTS(
            Section.TABLE,
            "conflicts",
            Form.words("last-writer-wins", "park"),
            "last-writer-wins",
            "park",
            "What happens to changes that conflict: the rules decide, or a person does (`antiphon conflicts`, `antiphon decide`) while what the rules decide serves."),
    TRUNCATE(
            Section.TABLE,
            "truncate",
            Form.words("hold", "delete", "restore"),
            "hold",
            "delete",
            "What a TRUNCATE at one site means: what that site writes to the table from then on waits until one of the other two is said, its rows are deleted everywhere, or that site gets them back."),
    CONSISTENCY(
            Section.TABLE,
            "consistency",
            Form.LATER,
            "",
            "",
            "What a reader may rely on besides that rows arrive as soon as they are resolved."),

    ALLOWED_TRIGGERS(
            Section.TABLE,
            "allowed.triggers",
            Form.LIST,
            "[]",
            "[stamp_change]",
            "Triggers of the table that fire for replicated rows too (`ENABLE ALWAYS` or `ENABLE REPLICA`) and may; any other such trigger is refused, because it would do at each site what was done already."),

    TOGETHER(
            Section.COLUMNS,
            "together",
            Form.LIST,
            "[]",
            "[street, city, zip]",
            "Columns that move as one: a list of columns, or a list of such lists."),
    MERGE(
            Section.COLUMN,
            "merge",
            Form.words(MergeRule.NAMES.toArray(String[]::new)).orNamed("the name of a merge of your own"),
            "the table's",
            "add-deltas",
            "How two values are made one when both sites changed the column, neither knowing of the other."),
    PRIORITY(
            Section.COLUMN,
            "priority",
            Form.LIST,
            "the order of `sites`",
            "[tokyo, berlin]",
            "With `merge: site-priority`: whose value stands, first the first."),
    AT_LEAST(
            Section.COLUMN,
            "at-least",
            Form.NUMBER,
            "none",
            "0",
            "With `merge: add-deltas`: a sum below is shown as this, and is a conflict in the log; the sum itself goes on."),
    AT_MOST(Section.COLUMN, "at-most", Form.NUMBER, "none", "100", "With `merge: add-deltas`: the same from above."),

    EMBEDDED(
            Section.KAFKA,
            "embedded",
            Form.words("true", "false"),
            "true, unless bootstrap.servers is there",
            "true",
            "Runs a broker, a registry and a Connect worker on this machine."),
    BOOTSTRAP_SERVERS(
            Section.KAFKA,
            "bootstrap.servers",
            Form.TEXT,
            "none",
            "kafka-1:9092,kafka-2:9092",
            "Brokers of a cluster that is there already, as `host:port,…`."),
    REGISTRY(
            Section.KAFKA,
            "registry",
            Form.TEXT,
            "required with bootstrap.servers",
            "http://registry:8081/apis/ccompat/v7",
            "Address of the schema registry, with the path of its Confluent-compatible interface."),
    CONNECT(
            Section.KAFKA,
            "connect",
            Form.TEXT,
            "none",
            "http://connect:8083",
            "Address of Kafka Connect's REST interface; the resolver does without."),

    LISTEN(
            Section.PORTS,
            "listen",
            Form.TEXT,
            "127.0.0.1",
            "0.0.0.0",
            "The address the ports are opened on; the default is reached from this machine only. Nothing behind them asks for a password."),
    HTTP_PORT(Section.PORTS, "http", Form.PORT, "8080", "0", "The resolver's status, health and metrics."),
    CONNECT_PORT(
            Section.PORTS, "connect", Form.PORT, "8083", "0", "The REST interface of the embedded Connect worker."),
    KAFKA_PORT(Section.PORTS, "kafka", Form.PORT, "9092", "0", "The embedded broker."),
    REGISTRY_PORT(Section.PORTS, "registry", Form.PORT, "8081", "0", "The embedded registry."),

    CAPTURED(
            Section.RETENTION,
            "captured",
            Form.DURATION,
            "7d",
            "14d",
            "Captured changes. Longer than the resolver may ever be away: a gap stops the table it is found in."),
    DECIDED(
            Section.RETENTION,
            "conflicts",
            Form.DURATION_OR_FOREVER,
            "forever",
            "90d",
            "Conflicts, dead letters and decisions.");

    /** The mappings a key can be in. */
    enum Section {
        TOP("", "The whole file"),
        SITE("sites.<name>", "A site"),
        TABLE("tables.<schema.name>", "A table"),
        COLUMNS("tables.<schema.name>.columns", "The columns of a table"),
        COLUMN("tables.<schema.name>.columns.<column>", "A column"),
        KAFKA("kafka", "Kafka"),
        PORTS("ports", "Ports"),
        RETENTION("retention", "Retention");

        final String path;
        final String title;

        Section(String path, String title) {
            this.path = path;
            this.title = title;
        }

        /** Those that are read or named as not yet there. */
        List<Key> keys() {
            return Arrays.stream(Key.values()).filter(key -> key.in == this).toList();
        }
    }

    /**
     * What a key's value looks like.
     *
     * @param says how a person would put it
     * @param unit empty for none
     * @param words those that can stand here, if only some can
     * @param later those that cannot yet
     */
    record Form(String says, String unit, List<String> words, List<String> later) {
        static final Form NAME = of("name", "");
        static final Form TEXT = of("text", "");
        static final Form MAPPING = of("mapping", "");
        static final Form LIST = of("list", "");
        static final Form NUMBER = of("number", "");
        static final Form COUNT = of("whole number from 1", "");
        static final Form PORT = of("whole number from 0 (any free one) to 65535", "");
        static final Form DURATION = of("duration", "ms, s, m, h or d");
        static final Form DURATION_OR_FOREVER = of("duration, or forever", "ms, s, m, h or d");
        static final Form LATER = of("not available in this version", "");

        private static Form of(String says, String unit) {
            return new Form(says, unit, List.of(), List.of());
        }

        static Form words(String... words) {
            return new Form("`" + String.join("` or `", words) + "`", "", List.of(words), List.of());
        }

        Form orNamed(String what) {
            return new Form(says + ", or " + what, unit, words, later);
        }

        Form andLater(String... more) {
            return new Form(says, unit, words, List.of(more));
        }
    }

    final Section in;
    final String key;
    final Form form;
    final String otherwise;
    final String example;
    final String says;

    Key(Section in, String key, Form form, String otherwise, String example, String says) {
        this.in = in;
        this.key = key;
        this.form = form;
        this.otherwise = otherwise;
        this.example = example;
        this.says = says;
    }

    boolean required() {
        return otherwise.equals("required");
    }

    boolean later() {
        return form.equals(Form.LATER);
    }
}
