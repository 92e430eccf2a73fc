package io.antiphon.apply.postgresql;

import io.antiphon.apply.ApplyTask;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** A site of its own for one test: a fresh database of an embedded PostgreSQL, with our schema, and sink tasks that write to it. */
final class Tokyo implements AutoCloseable {
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final String SCHEMA = """
            CREATE SCHEMA antiphon;
            CREATE TABLE antiphon.site (mesh text PRIMARY KEY, site text, layout int, prepared_at timestamptz);
            CREATE TABLE antiphon.position (mesh text, resolved_topic text, resolved_partition int, cluster_id text, topic_id text,
              epoch bigint, next_offset bigint, version bigint, applied bigint, outcomes text, waiting text NOT NULL DEFAULT '[]',
              PRIMARY KEY (mesh, resolved_topic, resolved_partition));
            CREATE TABLE antiphon.arrival (mesh text, resolved_topic text, resolved_partition int, site text, number bigint NOT NULL,
              PRIMARY KEY (mesh, resolved_topic, resolved_partition, site));
            """;

    private final String mesh = "m" + NEXT.incrementAndGet();
    private final Connection applications;
    private final List<Sink> sinks = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();

    private Tokyo() throws SQLException {
        try (Connection maintenance = DriverManager.getConnection(Server.url("postgres"), "postgres", "");
                Statement statement = maintenance.createStatement()) {
            statement.execute("CREATE DATABASE " + mesh);
        }
        applications = DriverManager.getConnection(Server.url(mesh), "postgres", "");
        write(SCHEMA);
        write("INSERT INTO antiphon.site VALUES ('" + mesh + "', 'tokyo', 1, clock_timestamp())");
    }

    static Tokyo withTable(String ddl) throws SQLException {
        var tokyo = new Tokyo();
        tokyo.write(ddl);
        return tokyo;
    }

    /** What an application does; returns the commit time in microseconds. */
    long writes(String sql) throws SQLException {
        write("BEGIN; " + sql + "; SELECT pg_current_xact_id(); COMMIT");
        return Long.parseLong(
                read("SELECT (extract(epoch FROM (pg_last_committed_xact()).timestamp) * 1000000)::bigint"));
    }

    void write(String sql) throws SQLException {
        try (Statement statement = applications.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows of a query, columns joined by {@code |}. */
    List<String> rows(String query) throws SQLException {
        try (Statement statement = applications.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            var rows = new ArrayList<String>();
            while (found.next()) {
                var row = new ArrayList<String>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(found.getString(i)));
                }
                rows.add(String.join("|", row));
            }
            return rows;
        }
    }

    String read(String query) throws SQLException {
        return String.join("\n", rows(query));
    }

    /** What the position row of the first partition answers. */
    String answers() throws SQLException {
        return read("SELECT outcomes FROM antiphon.position ORDER BY resolved_topic, resolved_partition LIMIT 1");
    }

    String answers(ResolvedTopic topic) throws SQLException {
        return read("SELECT outcomes FROM antiphon.position WHERE resolved_topic = '"
                + topic.partition().topic() + "' AND resolved_partition = "
                + topic.partition().partition());
    }

    /** Begins to keep what the database's log says of a table. */
    void listens(String table) throws SQLException {
        write("ALTER TABLE " + table + " REPLICA IDENTITY FULL");
        write("CREATE PUBLICATION heard FOR TABLE " + table);
        write("SELECT pg_create_logical_replication_slot('" + mesh + "', 'pgoutput')");
    }

    /** What the log has said since: of each transaction {@code O} with its mark in hexadecimal, then {@code I}, {@code U} and {@code D}. */
    String hears() throws SQLException {
        return read(
                "SELECT string_agg(said || CASE said WHEN 'O' THEN encode(substring(data FROM 2 FOR 8), 'hex') ELSE '' END, ' ')"
                        + " FROM (SELECT data, chr(get_byte(data, 0)) AS said FROM pg_logical_slot_peek_binary_changes('"
                        + mesh
                        + "', NULL, NULL, 'proto_version', '1', 'publication_names', 'heard')) AS heard WHERE said IN ('O', 'I', 'U', 'D')");
    }

    /** Has the sinks to come connect over this line, and give it up after a second's silence. */
    Tokyo over(MuteLine line) {
        String here = ":" + Server.port() + "/";
        return setting("connection.url", Server.url(mesh).replace(here, ":" + line.port() + "/") + "&socketTimeout=1");
    }

    MuteLine line() throws IOException {
        return new MuteLine(Server.port());
    }

    Connection newConnection() throws SQLException {
        return DriverManager.getConnection(Server.url(mesh), "postgres", "");
    }

    ResolvedTopic topic(String table, int partition, Schema row) {
        return new ResolvedTopic(mesh + ".resolved.public." + table, partition, row, 1_700_000_000_000_000L);
    }

    Tokyo setting(String key, String value) {
        settings.put(key, value);
        return this;
    }

    Sink sink(int task, ResolvedTopic... topics) {
        var sink = new Sink(
                task, Arrays.stream(topics).map(ResolvedTopic::partition).collect(Collectors.toSet()));
        sinks.add(sink);
        return sink;
    }

    @Override
    public void close() throws SQLException {
        sinks.forEach(Sink::stop);
        read("SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots WHERE slot_name = '" + mesh
                + "'");
        applications.close();
    }

    /** One sink task, with the context Connect would give it. */
    final class Sink implements SinkTaskContext {
        final Map<TopicPartition, Long> sought = new HashMap<>();
        private final Set<TopicPartition> partitions;
        private final ApplyTask task = new ApplyTask();

        private Sink(int number, Set<TopicPartition> partitions) {
            this.partitions = partitions;
            var properties = new HashMap<String, String>();
            properties.put("antiphon.mesh", mesh);
            properties.put("antiphon.site", "tokyo");
            properties.put("antiphon.task", Integer.toString(number));
            properties.put("antiphon.cluster.id", "cluster-1");
            properties.put(
                    "antiphon.topic.ids",
                    partitions.stream().map(p -> p.topic() + ":id-1").distinct().collect(Collectors.joining(",")));
            properties.put("antiphon.registry.url", ResolvedTopic.REGISTRY);
            properties.put("connection.url", Server.url(mesh));
            properties.put("connection.user", "postgres");
            properties.putAll(settings);
            task.initialize(this);
            task.start(properties);
        }

        Sink opens() {
            task.open(partitions);
            return this;
        }

        Sink receives(SinkRecord... records) {
            return receives(List.of(records));
        }

        Sink receives(List<SinkRecord> records) {
            task.put(records);
            return this;
        }

        Map<TopicPartition, org.apache.kafka.clients.consumer.OffsetAndMetadata> commits() {
            return task.preCommit(Map.of());
        }

        void stop() {
            task.stop();
        }

        @Override
        public Map<String, String> configs() {
            return Map.of();
        }

        @Override
        public void offset(Map<TopicPartition, Long> offsets) {
            sought.putAll(offsets);
        }

        @Override
        public void offset(TopicPartition partition, long offset) {
            sought.put(partition, offset);
        }

        @Override
        public void timeout(long timeoutMs) {}

        @Override
        public Set<TopicPartition> assignment() {
            return partitions;
        }

        @Override
        public void pause(TopicPartition... paused) {}

        @Override
        public void resume(TopicPartition... resumed) {}

        @Override
        public void requestCommit() {}

        @Override
        public org.apache.kafka.common.metrics.PluginMetrics pluginMetrics() {
            throw new UnsupportedOperationException();
        }
    }

    /** The one server all tests share. */
    private static final class Server {
        private static final EmbeddedPostgres POSTGRES = start();

        static String url(String database) {
            return POSTGRES.getJdbcUrl("postgres", database);
        }

        static int port() {
            return POSTGRES.getPort();
        }

        private static EmbeddedPostgres start() {
            try {
                // Until 17 the limit of the slots is that of the origins too.
                String origins = System.getProperty("antiphon.postgres").compareTo("18") >= 0
                        ? "max_active_replication_origins"
                        : "max_replication_slots";
                return EmbeddedPostgres.builder()
                        .setServerConfig("wal_level", "logical")
                        .setServerConfig("track_commit_timestamp", "on")
                        .setServerConfig(origins, "1000")
                        .setServerConfig("fsync", "off")
                        .setServerConfig("lc_monetary", "C")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
