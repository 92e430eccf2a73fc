package io.antiphon.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.local.stack.FreePorts;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresTest {
    @TempDir
    Path folder;

    private final List<String> events = new CopyOnWriteArrayList<>();

    @Test
    void isFitToBeASiteAndKeepsItsRowsOverACrash() throws Exception {
        var binaries = PostgresBinaries.in(folder.resolve("postgresql"));
        int port = new FreePorts("127.0.0.1").any();
        try (var berlin = LocalPostgres.start(
                        binaries, "berlin", folder, port, Map.of("max_connections", "31"), events::add)
                .await()) {
            assertThat(text(berlin, "SHOW wal_level")).isEqualTo("logical");
            assertThat(text(berlin, "SHOW track_commit_timestamp")).isEqualTo("on");
            assertThat(text(berlin, "SHOW max_connections")).isEqualTo("31");
            assertThat(text(berlin, "CREATE TABLE t (id int); INSERT INTO t VALUES (7) RETURNING id"))
                    .isEqualTo("7");
            berlin.server().crashAndStayDown();
            berlin.server().startAgain(Duration.ofSeconds(30));
            assertThat(text(berlin, "SELECT id FROM t")).isEqualTo("7");
        }
        assertThat(folder.resolve("run/postgres-berlin")).doesNotExist();
    }

    private static String text(LocalPostgres site, String sql) throws SQLException {
        try (var connection = site.connect();
                var statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (!rows) {
                rows = statement.getMoreResults();
            }
            try (var row = statement.getResultSet()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}
