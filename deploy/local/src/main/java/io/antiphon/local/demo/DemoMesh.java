package io.antiphon.local.demo;

import io.antiphon.config.Configuration;
import io.antiphon.local.postgres.LocalPostgres;
import io.antiphon.local.postgres.PostgresBinaries;
import io.antiphon.local.stack.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The demo's two databases with their tables, and the configuration a user would write for them. */
final class DemoMesh implements AutoCloseable {
    static final int SEATS = 400;
    static final int ACCOUNTS_A_SITE = 10;
    static final int CUSTOMERS = 12;

    /** The same rows at both sites, as after copying one database to the other. */
    private static final String TABLES = """
            CREATE TABLE ticket (
                seat int PRIMARY KEY, concert text NOT NULL, buyer text, sold_by text, sold_at timestamptz);
            CREATE TABLE account (
                id int PRIMARY KEY, home text NOT NULL, balance numeric(12,2) NOT NULL);
            CREATE TABLE customer (
                id int PRIMARY KEY, name text NOT NULL, email text, city text);
            INSERT INTO ticket SELECT seat, 'Winterreise' FROM generate_series(1, %d) AS seat;
            INSERT INTO account SELECT id, CASE WHEN id <= %d THEN 'berlin' ELSE 'tokyo' END, 1000
                FROM generate_series(1, 2 * %d) AS id;
            INSERT INTO customer SELECT id, 'customer ' || id, 'c' || id || '@example.org', 'Lisbon'
                FROM generate_series(1, %d) AS id;
            """.formatted(SEATS, ACCOUNTS_A_SITE, ACCOUNTS_A_SITE, CUSTOMERS);

    private final LocalPostgres berlin;
    private final LocalPostgres tokyo;

    private DemoMesh(LocalPostgres berlin, LocalPostgres tokyo) {
        this.berlin = berlin;
        this.tokyo = tokyo;
    }

    /** Two servers in a folder, filled. */
    static DemoMesh start(PostgresBinaries binaries, Path folder, Consumer<String> events) {
        var free = new FreePorts("127.0.0.1");
        LocalPostgres berlin = LocalPostgres.start(binaries, "berlin", folder, free.any(), Map.of(), events);
        try {
            LocalPostgres tokyo = LocalPostgres.start(binaries, "tokyo", folder, free.any(), Map.of(), events);
            var mesh = new DemoMesh(berlin, tokyo);
            try {
                mesh.sites().forEach(DemoMesh::fill);
                return mesh;
            } catch (RuntimeException e) {
                tokyo.close();
                throw e;
            }
        } catch (RuntimeException e) {
            berlin.close();
            throw e;
        }
    }

    List<LocalPostgres> sites() {
        return List.of(berlin, tokyo);
    }

    LocalPostgres berlin() {
        return berlin;
    }

    LocalPostgres tokyo() {
        return tokyo;
    }

    /** Written as a user would, so that every command works on the demo too. */
    Configuration configuration(Path folder) {
        String yaml = """
                mesh: demo
                sites:
                  berlin: { url: "%s", user: %s, password: "%s" }
                  tokyo:  { url: "%s", user: %s, password: "%s" }
                tables:
                  public.ticket:
                    columns:
                      together: [[buyer, sold_by, sold_at]]   # a sale is one thing: never the buyer of one and the time of another
                  public.account: {}
                  public.customer: {}
                ports: { http: 0, connect: 0, kafka: 0, registry: 0 }
                """.formatted(
                        berlin.url(), berlin.user(), berlin.password(), tokyo.url(), tokyo.user(), tokyo.password());
        Path file = folder.resolve("antiphon.yaml");
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Configuration.read(file, Map.of());
    }

    @Override
    public void close() {
        sites().parallelStream().forEach(LocalPostgres::close);
    }

    private static void fill(LocalPostgres site) {
        site.await();
        try (var connection = site.connect();
                var statement = connection.createStatement()) {
            statement.execute(TABLES);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot make the demo's tables at " + site.name(), e);
        }
    }
}
