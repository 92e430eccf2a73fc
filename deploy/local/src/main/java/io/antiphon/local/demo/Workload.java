package io.antiphon.local.demo;

import io.antiphon.local.postgres.LocalPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a site's application does while the demo runs: sells seats that are free as far as the site knows, moves money between the site's
 * own accounts, and keeps customers' data, of which Berlin changes the e-mail address and Tokyo the city.
 */
final class Workload implements AutoCloseable {
    private static final int SEATS_OFFERED = 80;
    private static final long PAUSE_MILLIS = 60;
    private static final List<String> BUYERS =
            List.of("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Leslie", "Frances", "Tony");

    private final LocalPostgres site;
    private final boolean berlin;
    private final Random random;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicInteger sold = new AtomicInteger();
    private final AtomicInteger moved = new AtomicInteger();
    private final AtomicInteger edited = new AtomicInteger();
    private final Thread thread;
    private volatile @Nullable SQLException failure;

    private Workload(LocalPostgres site, long seed) {
        this.site = site;
        this.berlin = site.name().equals("berlin");
        this.random = new Random(seed);
        this.thread = new Thread(this::work, "workload-" + site.name());
        this.thread.setDaemon(true);
    }

    static Workload at(LocalPostgres site, long seed) {
        var workload = new Workload(site, seed);
        workload.thread.start();
        return workload;
    }

    String site() {
        return site.name();
    }

    int sold() {
        return sold.get();
    }

    int moved() {
        return moved.get();
    }

    int edited() {
        return edited.get();
    }

    /** Closes the shop; what was begun is finished. */
    @Override
    public void close() {
        open.set(false);
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new IllegalStateException("the workload at " + site.name() + " failed", failure);
        }
    }

    private void work() {
        try (Connection connection = site.connect()) {
            while (open.get()) {
                int what = random.nextInt(10);
                if (what < 5) {
                    sell(connection);
                } else if (what < 8) {
                    move(connection);
                } else {
                    edit(connection);
                }
                Thread.sleep(PAUSE_MILLIS / 2 + random.nextLong(PAUSE_MILLIS));
            }
        } catch (SQLException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sell(Connection connection) throws SQLException {
        try (PreparedStatement sell = connection.prepareStatement("""
                UPDATE ticket SET buyer = ?, sold_by = ?, sold_at = now() WHERE buyer IS NULL AND seat =
                    (SELECT seat FROM ticket WHERE buyer IS NULL ORDER BY seat OFFSET ? LIMIT 1)""")) {
            sell.setString(1, BUYERS.get(random.nextInt(BUYERS.size())));
            sell.setString(2, site.name());
            sell.setInt(3, random.nextInt(SEATS_OFFERED));
            sold.addAndGet(sell.executeUpdate());
        }
    }

    private void move(Connection connection) throws SQLException {
        int first = berlin ? 1 : DemoMesh.ACCOUNTS_A_SITE + 1;
        int from = first + random.nextInt(DemoMesh.ACCOUNTS_A_SITE);
        int to = first + random.nextInt(DemoMesh.ACCOUNTS_A_SITE);
        if (from == to) {
            return;
        }
        int cents = 100 + random.nextInt(5_000);
        connection.setAutoCommit(false);
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE account SET balance = balance + ? / 100.0 WHERE id = ?")) {
            update.setInt(1, -cents);
            update.setInt(2, from);
            update.executeUpdate();
            update.setInt(1, cents);
            update.setInt(2, to);
            update.executeUpdate();
            connection.commit();
            moved.incrementAndGet();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private void edit(Connection connection) throws SQLException {
        String change = berlin ? "email = 'c' || id || '-' || ? || '@example.org'" : "city = 'city ' || ?";
        try (PreparedStatement edit = connection.prepareStatement("UPDATE customer SET " + change + " WHERE id = ?")) {
            edit.setInt(1, edited.get());
            edit.setInt(2, 1 + random.nextInt(DemoMesh.CUSTOMERS));
            edit.executeUpdate();
            edited.incrementAndGet();
        }
    }
}
