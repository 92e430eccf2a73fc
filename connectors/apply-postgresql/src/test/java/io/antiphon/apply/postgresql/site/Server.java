package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL server; the two that every test may use are started once. */
final class Server {
    static final String PASSWORD = "quiet please";

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final EmbeddedPostgres process;

    private Server(EmbeddedPostgres.Builder builder) {
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of its own, on a folder that outlives it, with the settings PostgreSQL comes with. */
    static Server on(Path folder) {
        return new Server(EmbeddedPostgres.builder().setDataDirectory(folder).setCleanDataDirectory(false));
    }

    private static Server fit() {
        return new Server(EmbeddedPostgres.builder()
                .setServerConfig("wal_level", "logical")
                .setServerConfig("track_commit_timestamp", "on"));
    }

    void stop() {
        try {
            process.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Server berlin() {
        return Shared.BERLIN;
    }

    static Server tokyo() {
        return Shared.TOKYO;
    }

    /** Whether this is PostgreSQL 18 or newer, which limits origins apart from slots and can end idle slots. */
    static boolean isNew() {
        return System.getProperty("antiphon.postgres").compareTo("18") >= 0;
    }

    int port() {
        return process.getPort();
    }

    String url(String database) {
        return "jdbc:postgresql://localhost:" + port() + "/" + database;
    }

    Database database(String name) throws SQLException {
        return new Database(this, name);
    }

    /** A new, empty database. {@code options} go behind CREATE DATABASE. */
    Database newDatabase(String options) throws SQLException {
        String name = "shop" + NUMBER.incrementAndGet();
        database("postgres").run("CREATE DATABASE " + name + " STRATEGY file_copy " + options);
        return database(name);
    }

    Database newDatabase() throws SQLException {
        return newDatabase("");
    }

    private static final class Shared {
        private static final Server BERLIN = fit();
        private static final Server TOKYO = fit();

        private Shared() {}
    }

    /** One database of a server, seen by its superuser. */
    record Database(Server server, String name) {
        String url() {
            return server.url(name);
        }

        /** As a site, entered as its superuser. */
        PostgresSite site(MeshName mesh, String id) {
            return new PostgresSite(mesh, new SiteId(id), url(), "postgres", "");
        }

        /** As a site, entered by somebody else. */
        PostgresSite site(MeshName mesh, String id, String user) {
            return new PostgresSite(mesh, new SiteId(id), url(), user, PASSWORD);
        }

        void run(String... statements) throws SQLException {
            try (var connection = site(new MeshName("any"), "any").connect();
                    var statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }

        /** The rows of a query, a line each, columns divided by {@code |}. */
        java.util.List<String> ask(String query) throws SQLException {
            try (var connection = site(new MeshName("any"), "any").connect();
                    var statement = connection.createStatement();
                    var row = statement.executeQuery(query)) {
                var lines = new java.util.ArrayList<String>();
                int columns = row.getMetaData().getColumnCount();
                while (row.next()) {
                    var line = new StringBuilder();
                    for (int i = 1; i <= columns; i++) {
                        line.append(i == 1 ? "" : "|").append(row.getString(i));
                    }
                    lines.add(line.toString());
                }
                return lines;
            }
        }
    }
}
