package io.antiphon.local.postgres;

import io.antiphon.local.process.Launch;
import io.antiphon.local.process.ProcessFailure;
import io.antiphon.local.process.Supervised;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One PostgreSQL server on loopback, fit to be a site: logical decoding, commit timestamps, room for slots and origins. */
public final class LocalPostgres implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String USER = "antiphon";
    private static final String PASSWORD = "antiphon";

    /** What a site must have, and no durability: the data of such a server is thrown away. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("wal_level", "logical"),
            Map.entry("track_commit_timestamp", "on"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_replication_slots", "60"),
            Map.entry("max_connections", "100"),
            Map.entry("shared_buffers", "96MB"),
            Map.entry("max_wal_size", "2GB"),
            Map.entry("fsync", "off"),
            Map.entry("full_page_writes", "off"),
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"));

    /** From this version on, replication origins have a limit of their own; before, that of the slots is theirs too. */
    private static final int OWN_LIMIT_OF_ORIGINS = 18;

    private final Supervised server;
    private final String name;
    private final int port;

    private LocalPostgres(String name, int port, Supervised server) {
        this.name = name;
        this.port = port;
        this.server = server;
    }

    /**
     * Makes a server in a folder, or takes the one that is there, and starts it without waiting.
     *
     * @param name of the database in it, and what the server is called in messages
     * @param folder holds its data, its log and the note of its process
     * @param settings on top of the usual ones, e.g. {@code max_wal_senders} = {@code 4}
     */
    public static LocalPostgres start(
            PostgresBinaries binaries,
            String name,
            Path folder,
            int port,
            Map<String, String> settings,
            Consumer<String> events) {
        Path data = folder.resolve("data-" + name);
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise(binaries, data);
        }
        var command = new ArrayList<String>(asAnOrdinaryUser());
        command.addAll(List.of(
                binaries.postgres().toString(), "-D", data.toAbsolutePath().toString(), "-p", Integer.toString(port)));
        var all = new java.util.TreeMap<>(SETTINGS);
        if (version(data) >= OWN_LIMIT_OF_ORIGINS) {
            all.put("max_active_replication_origins", "60");
        }
        all.putAll(settings);
        all.forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
        var launch = new Launch(
                "the database " + name,
                command,
                Map.of(),
                folder.resolve("logs").resolve(name + ".log"),
                folder.resolve("run").resolve("postgres-" + name));
        var server = new Supervised(launch, () -> answers(port, name), Duration.ofSeconds(20), events);
        var postgres = new LocalPostgres(name, port, server);
        server.start();
        return postgres;
    }

    /** Waits until it answers. */
    public LocalPostgres await() {
        server.awaitGood(PATIENCE);
        return this;
    }

    public String name() {
        return name;
    }

    public int port() {
        return port;
    }

    /** As JDBC takes it. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    /** As {@code psql} takes it. */
    public String connectionString() {
        return "postgresql://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port + "/" + name;
    }

    public String user() {
        return USER;
    }

    public String password() {
        return PASSWORD;
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), USER, PASSWORD);
    }

    /** Its process, to crash it or to stop and start it again. */
    public Supervised server() {
        return server;
    }

    @Override
    public void close() {
        server.close();
    }

    /** The first answer also makes the database, so that whoever waited finds it there. */
    private static boolean answers(int port, String name) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", USER, PASSWORD);
                var statement = connection.createStatement()) {
            try (var found = statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + name + "'")) {
                if (found.next()) {
                    return true;
                }
            }
            statement.execute("CREATE DATABASE \"" + name + "\"");
            return true;
        }
    }

    private static int version(Path data) {
        try {
            return Integer.parseInt(Files.readString(data.resolve("PG_VERSION")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the version of the server in " + data, e);
        }
    }

    private static void initialise(PostgresBinaries binaries, Path data) {
        try {
            Files.createDirectories(data.toAbsolutePath().getParent());
            Path secret = Files.createTempFile(data.toAbsolutePath().getParent(), "password", "");
            try {
                Files.writeString(secret, PASSWORD, StandardCharsets.US_ASCII);
                var command = new ArrayList<String>(asAnOrdinaryUser());
                command.addAll(List.of(
                        binaries.initdb().toString(),
                        "-D",
                        data.toAbsolutePath().toString(),
                        "-U",
                        USER,
                        "-A",
                        "scram-sha-256",
                        "--pwfile=" + secret,
                        "-E",
                        "UTF-8",
                        "--no-locale",
                        "-N"));
                Process initdb =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                String said = new String(initdb.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!initdb.waitFor(60, TimeUnit.SECONDS) || initdb.exitValue() != 0) {
                    throw new ProcessFailure("cannot make a PostgreSQL server in " + data + ": "
                            + said.lines()
                                    .filter(line -> line.contains("error") || line.contains("fatal"))
                                    .findFirst()
                                    .orElse(said.strip()));
                }
            } finally {
                Files.deleteIfExists(secret);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a PostgreSQL server in " + data + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFailure("interrupted");
        }
    }

    /** PostgreSQL refuses to run as root; in a user namespace without a mapping it does not see that it does. */
    private static List<String> asAnOrdinaryUser() {
        return System.getProperty("user.name").equals("root") ? List.of("unshare", "-U") : List.of();
    }
}
