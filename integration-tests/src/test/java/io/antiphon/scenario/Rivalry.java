package io.antiphon.scenario;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.fault.Fault;
import io.antiphon.guarantee.Evidence;
import io.antiphon.guarantee.Guarantee;
import io.antiphon.guarantee.Sighting;
import io.antiphon.guarantee.Write;
import io.antiphon.mesh.TableId;
import io.antiphon.site.Mesh;
import io.antiphon.site.Site;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Applications at every site that insert, update and delete the same few rows of a table {@code (id int, note text)} at once, each value
 * written only once, and each write noting what it replaced.
 */
final class Rivalry {
    private static final int KEYS = 40;
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final long PAUSE_NANOS = 3_000_000;

    private final ConcurrentLinkedQueue<Write> written = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Sighting> seen = new ConcurrentLinkedQueue<>();
    private final int run = RUNS.incrementAndGet();
    private final Mesh mesh;
    private final TableId table;
    private int least = 300;
    private Fault fault = nothing -> {};
    private volatile boolean over;

    private Rivalry(Mesh mesh, TableId table) {
        this.mesh = mesh;
        this.table = table;
    }

    static Rivalry of(Mesh mesh, String table) {
        return new Rivalry(mesh, TableId.parse(table));
    }

    /** At least so many writes at each site. */
    Rivalry writing(int count) {
        least = count;
        return this;
    }

    /** The writing goes on until what goes wrong is over. */
    Rivalry during(Fault wrong) {
        fault = wrong;
        return this;
    }

    /** Writes, waits until all is applied, and judges. */
    void holds(Guarantee... guarantees) {
        ExecutorService applications =
                Executors.newFixedThreadPool(2 * mesh.sites().size());
        try {
            List<Future<?>> running = new ArrayList<>();
            int seed = 1;
            for (Site site : mesh.sites()) {
                running.add(applications.submit(() -> reads(site)));
            }
            for (Site site : mesh.sites()) {
                var random = new Random(seed++);
                running.add(applications.submit(() -> apply(site, random)));
            }
            eventually(() -> assertThat(written).hasSizeGreaterThan(least / 2));
            fault.strikes(mesh);
            over = true;
            for (Future<?> application : running) {
                application.get();
            }
        } catch (Exception e) {
            throw new IllegalStateException("an application broke", e);
        } finally {
            over = true;
            applications.shutdownNow();
        }
        mesh.settles(List.of(table));
        var evidence = new Evidence(mesh, table, List.copyOf(written), List.copyOf(seen));
        for (Guarantee guarantee : guarantees) {
            guarantee.holds(evidence);
        }
    }

    /** Looks at the contested rows again and again, and notes what each becomes. */
    private void reads(Site site) {
        Map<Integer, String> last = new HashMap<>();
        while (!over) {
            try (Connection connection = site.connect();
                    PreparedStatement query =
                            connection.prepareStatement("SELECT id, note FROM " + table + " WHERE id < " + KEYS)) {
                while (!over) {
                    sees(site, query, last);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (SQLException databaseIsAway) {
                LockSupport.parkNanos(PAUSE_NANOS * 30);
            }
        }
    }

    private void sees(Site site, PreparedStatement query, Map<Integer, String> last) throws SQLException {
        Map<Integer, String> now = new HashMap<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                now.put(row.getInt(1), row.getString(2));
            }
        }
        for (int key = 0; key < KEYS; key++) {
            if (!Objects.equals(now.get(key), last.get(key))) {
                seen.add(new Sighting(site.id(), key, now.get(key)));
            }
        }
        last.clear();
        last.putAll(now);
    }

    private void apply(Site site, Random random) {
        int number = 0;
        while (number < least || !over) {
            try (Connection connection = site.connect()) {
                connection.setAutoCommit(false);
                while (number < least || !over) {
                    write(site, connection, random, ++number);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (SQLException databaseIsAway) {
                LockSupport.parkNanos(PAUSE_NANOS * 30);
            }
        }
    }

    private void write(Site site, Connection connection, Random random, int number) throws SQLException {
        boolean rival = random.nextInt(4) > 0;
        int key = rival ? random.nextInt(KEYS) : ownKey(site, number);
        String value = random.nextInt(8) == 0 ? null : site.id() + "-" + run + "-" + number;
        Write write = write(site, connection, key, value);
        try {
            connection.commit();
        } catch (SQLException e) {
            written.add(new Write(write.site(), write.key(), write.saw(), write.wrote(), true));
            throw e;
        }
        written.add(write);
    }

    /** One that no other site, and no earlier run, writes. */
    private int ownKey(Site site, int number) {
        int place = List.copyOf(mesh.sites()).indexOf(site) + 1;
        return (run * 10 + place) * 1_000_000 + number;
    }

    private Write write(Site site, Connection connection, int key, @Nullable String value) throws SQLException {
        String sql = value == null
                ? "DELETE FROM " + table + " WHERE id = " + key + " RETURNING old.note"
                : "INSERT INTO " + table + " (id, note) VALUES (" + key + ", '" + value
                        + "') ON CONFLICT (id) DO UPDATE SET note = excluded.note RETURNING old.note";
        try (Statement statement = connection.createStatement();
                ResultSet replaced = statement.executeQuery(sql)) {
            return new Write(site.id(), key, replaced.next() ? replaced.getString(1) : null, value, false);
        }
    }
}
