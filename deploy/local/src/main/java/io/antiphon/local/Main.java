package io.antiphon.local;

import io.antiphon.config.Configuration;
import io.antiphon.config.Kafka;
import io.antiphon.config.Ports;
import io.antiphon.config.Retention;
import io.antiphon.config.Secret;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.local.postgres.LocalPostgres;
import io.antiphon.local.stack.FreePorts;
import io.antiphon.local.stack.Installation;
import io.antiphon.local.stack.Options;
import io.antiphon.local.stack.Stack;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The {@code antiphon} command. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        long start = System.nanoTime();
        java.util.function.Consumer<String> say =
                line -> System.out.println((System.nanoTime() - start) / 1_000_000 + " ms " + line);
        var installation = Installation.found();
        var free = new FreePorts("127.0.0.1");
        var berlin = LocalPostgres.start(
                installation.postgres(), "berlin", home.resolve("sites"), free.any(), Map.of(), say);
        var tokyo =
                LocalPostgres.start(installation.postgres(), "tokyo", home.resolve("sites"), free.any(), Map.of(), say);
        for (var site : List.of(berlin, tokyo)) {
            site.await();
            say.accept(site.connectionString());
            try (var c = site.connect();
                    var s = c.createStatement()) {
                s.execute("CREATE TABLE IF NOT EXISTS customer (id int PRIMARY KEY, name text)");
                s.execute("INSERT INTO customer VALUES (1, '" + site.name() + "') ON CONFLICT DO NOTHING");
            }
        }
        var configuration = new Configuration(
                new MeshName("shop"),
                List.of(berlin, tokyo).stream()
                        .map(s -> new Site(new SiteId(s.name()), s.url(), s.user(), new Secret(s.password())))
                        .toList(),
                List.of(Table.of(new TableId("public", "customer"))),
                new Kafka.Embedded(),
                Ports.anyFree(),
                4,
                Duration.ofSeconds(10),
                2,
                2,
                Retention.usual());
        Stack stack = Stack.start(
                configuration,
                home.resolve("stack"),
                installation,
                Options.small(say)
                        .only(
                                arguments.length > 1
                                        ? java.util.Set.of()
                                        : java.util.EnumSet.allOf(io.antiphon.local.stack.Stage.class)));
        say.accept("ready " + stack.endpoints());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stack.close();
            berlin.close();
            tokyo.close();
        }));
        Thread.currentThread().join();
    }
}
