package io.antiphon.site;

import io.antiphon.local.postgres.LocalPostgres;
import io.antiphon.local.postgres.PostgresBinaries;
import io.antiphon.local.stack.FreePorts;
import io.antiphon.local.stack.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Collectors;

/** PostgreSQL servers that are child processes of the test. */
record EmbeddedDatabases(Installation installation, Path folder) implements Databases {
    @Override
    public Database start(String name, WallClock clock, Map<String, String> settings) {
        int port = new FreePorts("127.0.0.1").any();
        LocalPostgres server = LocalPostgres.start(binaries(clock), name, folder, port, settings, event -> {})
                .await();
        return new Embedded(server);
    }

    /** The server's programs, behind a script that shows them another time where it must be wrong. */
    private PostgresBinaries binaries(WallClock clock) {
        PostgresBinaries real = installation.postgres();
        if (clock == WallClock.RIGHT) {
            return real;
        }
        Path shown = folder.resolve("clock-" + clock);
        try {
            Files.createDirectories(shown.resolve("bin"));
            for (String program : new String[] {"initdb", "postgres"}) {
                Path script = shown.resolve("bin").resolve(program);
                Files.writeString(
                        script, script(clock, real.folder().resolve("bin").resolve(program)));
                Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PostgresBinaries(shown);
    }

    private static String script(WallClock clock, Path program) {
        boolean server = program.endsWith("postgres");
        String environment = clock.environment().entrySet().stream()
                .map(entry -> entry.getKey() + "='" + entry.getValue() + "' ")
                .collect(Collectors.joining());
        return "#!/bin/sh\nexec env " + (server ? environment : "") + "'" + program.toAbsolutePath() + "' \"$@\"\n";
    }

    private record Embedded(LocalPostgres server) implements Database {
        @Override
        public String url() {
            return server.url();
        }

        @Override
        public String user() {
            return server.user();
        }

        @Override
        public String password() {
            return server.password();
        }

        @Override
        public void crash() {
            server.server().crash();
        }

        @Override
        public void stops() {
            server.server().close();
        }

        @Override
        public void starts() {
            server.server().start();
            server.await();
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
