package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a mesh out of a site's database. Each step looks for what is there, so that it can be broken off and repeated anywhere. */
final class Removal {
    private static final String OBJECT_IN_USE = "55006";
    private static final String UNDEFINED_OBJECT = "42704";
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
    private static final Pattern HOLDER = Pattern.compile("\\bPID (\\d+)");

    private final PostgresSite site;
    private final Connection connection;
    private final Transaction transaction;
    private final boolean endOwnSessions;
    private final Duration patience;
    private final List<String> gone = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    Removal(PostgresSite site, Connection connection, boolean endOwnSessions) {
        this(site, connection, endOwnSessions, Duration.ofSeconds(10));
    }

    Removal(PostgresSite site, Connection connection, boolean endOwnSessions, Duration patience) {
        this.site = site;
        this.connection = connection;
        this.transaction = new Transaction(site, connection);
        this.endOwnSessions = endOwnSessions;
        this.patience = patience;
    }

    Removed remove() throws SQLException {
        dropSlot();
        dropOrigins();
        transaction.run("the publication", this::dropPublication);
        if (Schema.isThere(connection)) {
            // A half-created schema is completed first, so that one way leads out of every state.
            transaction.run("the schema antiphon", () -> Schema.create(connection));
            for (TableId table : ReplicaIdentity.remembered(site.mesh().text(), connection)) {
                transaction.run(table.toString(), () -> restore(table));
            }
            transaction.run("the schema antiphon", this::deleteOurRows);
        }
        return new Removed(gone, left);
    }

    private void dropSlot() throws SQLException {
        String name = site.names().slot();
        var slot = Slot.named(name, connection);
        if (slot.isEmpty()) {
            return;
        }
        if (!connection.getCatalog().equals(slot.get().database())) {
            left.add("slot " + name + ": it belongs to the database "
                    + slot.get().database());
            return;
        }
        untilNotInUse("the replication slot " + name, "SELECT pg_drop_replication_slot(?)", name, () -> {
            var now = Slot.named(name, connection);
            return now.isEmpty() ? OptionalInt.empty() : now.get().walsender();
        });
        gone.add("slot " + name);
    }

    private void dropOrigins() throws SQLException {
        for (String origin : origins()) {
            untilNotInUse(
                    "the replication origin " + origin,
                    "SELECT pg_replication_origin_drop(?)",
                    origin,
                    OptionalInt::empty);
            gone.add("origin " + origin);
        }
    }

    /** Of this site only: origins are named once a server, and another site of the mesh may be on the same one. */
    private List<String> origins() throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT roname FROM pg_replication_origin WHERE roname ~ ? ORDER BY 1")) {
            query.setString(1, "^" + site.names().originPrefix() + site.id() + "_[0-9]+$");
            try (ResultSet row = query.executeQuery()) {
                var origins = new ArrayList<String>();
                while (row.next()) {
                    origins.add(row.getString(1));
                }
                return origins;
            }
        }
    }

    private interface HolderLookup {
        OptionalInt find() throws SQLException;
    }

    private void untilNotInUse(String what, String drop, String name, HolderLookup lookup) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try (PreparedStatement statement = connection.prepareStatement(drop)) {
                statement.setString(1, name);
                statement.execute();
                return;
            } catch (SQLException e) {
                if (UNDEFINED_OBJECT.equals(e.getSQLState())) {
                    return;
                }
                if (!OBJECT_IN_USE.equals(e.getSQLState())) {
                    throw e;
                }
                if (System.nanoTime() > deadline) {
                    throw new SlotInUseException(site, what);
                }
                OptionalInt holder = lookup.find();
                if (endOwnSessions) {
                    endIfOurs(holder.isPresent() ? holder : holderNamedIn(e));
                }
                pause();
            }
        }
    }

    private static OptionalInt holderNamedIn(SQLException e) {
        Matcher pid = HOLDER.matcher(String.valueOf(e.getMessage()));
        return pid.find() ? OptionalInt.of(Integer.parseInt(pid.group(1))) : OptionalInt.empty();
    }

    private void endIfOurs(OptionalInt pid) throws SQLException {
        if (pid.isEmpty()) {
            return;
        }
        try (PreparedStatement end = connection.prepareStatement("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE pid = ? AND datname = current_database() AND usename = current_user""")) {
            end.setInt(1, pid.getAsInt());
            end.execute();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a slot to be free", e);
        }
    }

    private void dropPublication() throws SQLException {
        if (Publication.isThere(site, connection)) {
            Publication.drop(site, connection);
            gone.add("publication " + site.names().publication());
        }
    }

    private void restore(TableId table) throws SQLException {
        ReplicaIdentity.restore(site.mesh().text(), table, connection);
        gone.add("full replica identity of " + table);
    }

    private void deleteOurRows() throws SQLException {
        for (TableId table : Schema.all()) {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM " + SqlText.table(table) + " WHERE mesh = ?")) {
                delete.setString(1, site.mesh().text());
                delete.executeUpdate();
            }
        }
        if (Schema.holds(connection, "SELECT EXISTS (SELECT FROM antiphon.site)")) {
            // Of this mesh nothing is in it any more, so nothing of it is left.
            return;
        }
        Schema.drop(connection);
        if (Schema.schemaIsThere(connection)) {
            left.add("schema antiphon: something that is not ours is in it, or somebody else owns it");
        } else {
            gone.add("schema antiphon");
        }
    }
}
