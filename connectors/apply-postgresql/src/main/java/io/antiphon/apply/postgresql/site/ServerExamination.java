package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** Whether a site's server, and our role there, can serve capture and the sink. */
final class ServerExamination {
    private static final String RESTART = "as a superuser, then restart PostgreSQL";
    private static final String AS_SUPERUSER = "as a superuser";
    private static final List<String> ORIGIN_FUNCTIONS = List.of(
            "pg_replication_origin_create(text)",
            "pg_replication_origin_drop(text)",
            "pg_replication_origin_oid(text)",
            "pg_replication_origin_session_setup(text)",
            "pg_replication_origin_xact_setup(pg_lsn, timestamp with time zone)");

    private final PostgresSite site;
    private final DatabaseNames names;
    private final Connection connection;
    private final int sinkTasks;
    private final Findings findings;
    private final String user;
    private final String database;
    private final int version;
    private final boolean superuser;

    ServerExamination(PostgresSite site, Connection connection, int sinkTasks, Findings findings) throws SQLException {
        this.site = site;
        this.names = site.names();
        this.connection = connection;
        this.sinkTasks = sinkTasks;
        this.findings = findings;
        this.user = text("SELECT current_user");
        this.database = text("SELECT current_database()");
        this.version = (int) number("SELECT current_setting('server_version_num')");
        this.superuser = holds("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
    }

    void examine() throws SQLException {
        if (holds("SELECT pg_is_in_recovery()")) {
            findings.blocks("server", "it is a standby, which nobody can write to", "give the url of the primary");
            return;
        }
        if (version < 140000) {
            findings.blocks(
                    "server", "PostgreSQL " + text("SHOW server_version") + " is too old", "upgrade it to 14 or newer");
            return;
        }
        pooler();
        settings();
        slots();
        origins();
        privileges();
        ourObjects();
    }

    /** A pooler gives a session to others between two transactions, and with it our origin and our settings. */
    private void pooler() throws SQLException {
        try (Connection first = site.connect();
                Connection second = site.connect();
                Statement asked = first.createStatement();
                Statement other = second.createStatement()) {
            int announced = first.unwrap(PGConnection.class).getBackendPID();
            String before = one(asked, "SELECT pg_backend_pid()");
            asked.execute("SET antiphon.probe = 'mine'");
            // Whoever shares servers now gives the one that was just used to the other client, and keeps it busy.
            second.setAutoCommit(false);
            other.execute("SELECT 1");
            String after = one(asked, "SELECT pg_backend_pid() || current_setting('antiphon.probe', true)");
            other.execute("ROLLBACK");
            String mend = "give the address of PostgreSQL itself in the url";
            if (!(before + "mine").equals(after)) {
                findings.blocks(
                        "connection",
                        "a transaction pooler stands in between: a session does not keep its server process",
                        mend);
            } else if (!before.equals(Integer.toString(announced))) {
                findings.warns("connection", "a pooler stands in between: it answers for the server process", mend);
            }
        } catch (SiteUnreachableException e) {
            findings.blocks("connection", e.problem(), e.mend());
        }
    }

    private void settings() throws SQLException {
        require("wal_level", "logical", "changes cannot be captured");
        require("track_commit_timestamp", "on", "the sink cannot see which rows an application has changed meanwhile");
        if (holds("SELECT current_setting('transaction_read_only')::boolean")) {
            findings.blocks(
                    "default_transaction_read_only",
                    "transactions are read only",
                    AS_SUPERUSER,
                    "ALTER ROLE " + SqlText.identifier(user) + " SET default_transaction_read_only = off");
        }
        String encoding = text("SHOW server_encoding");
        if (!encoding.equals("UTF8")) {
            findings.warns(
                    "encoding",
                    "the database is " + encoding
                            + ", so a text with other characters from another site cannot be written here",
                    "create it with ENCODING 'UTF8'");
        }
        if (holds("SELECT setting::bigint > 0 FROM pg_settings WHERE name = 'idle_replication_slot_timeout'")) {
            findings.warns(
                    "idle_replication_slot_timeout",
                    "it is " + text("SHOW idle_replication_slot_timeout")
                            + ", and capture loses its slot when it is stopped for longer",
                    AS_SUPERUSER,
                    "ALTER SYSTEM SET idle_replication_slot_timeout = 0",
                    "SELECT pg_reload_conf()");
        }
    }

    private void require(String setting, String value, String otherwise) throws SQLException {
        String now = text("SHOW " + setting);
        if (!now.equals(value)) {
            findings.blocks(
                    setting,
                    "it is " + now + ", so " + otherwise,
                    RESTART,
                    "ALTER SYSTEM SET " + setting + " = '" + value + "'");
        }
    }

    private void slots() throws SQLException {
        Optional<Slot> ours = Slot.named(names.slot(), connection);
        roomFor(
                "max_replication_slots",
                number("SELECT count(*) FROM pg_replication_slots WHERE slot_name <> " + SqlText.literal(names.slot())),
                1,
                "replication slots");
        roomFor(
                "max_wal_senders",
                number("SELECT count(*) FROM pg_stat_replication")
                        - (ours.isPresent() && ours.get().active() ? 1 : 0),
                1,
                "WAL senders");
        if (ours.isPresent()) {
            ourSlot(ours.get());
        }
        for (String left : slotsLeftOver()) {
            findings.warns(
                    "slot " + left,
                    "nobody reads it, and it makes the server keep its log for ever",
                    "if it is not wanted any more",
                    dropSlot(left));
        }
    }

    private void ourSlot(Slot slot) throws SQLException {
        String subject = "slot " + slot.name();
        if (!database.equals(slot.database())) {
            findings.blocks(
                    subject,
                    "the name is taken by the database " + slot.database() + " of the same server",
                    "name the mesh or the site otherwise, or remove that one");
        } else if (!"pgoutput".equals(slot.plugin())) {
            findings.blocks(
                    subject,
                    "it was made for the plug-in " + slot.plugin(),
                    "if it is not wanted any more",
                    dropSlot(slot.name()));
        } else if (slot.lost()) {
            findings.blocks(
                    subject,
                    "the server has thrown away log that was not captured yet, so capture has to begin anew",
                    "and raise max_slot_wal_keep_size if it is set",
                    dropSlot(slot.name()));
        } else if (!slot.active() && !prepared()) {
            findings.warns(
                    subject,
                    "it is left from an earlier pipeline",
                    "unless it is to be taken up again",
                    dropSlot(slot.name()));
        }
    }

    private static String dropSlot(String name) {
        return "SELECT pg_drop_replication_slot(" + SqlText.literal(name) + ")";
    }

    private List<String> slotsLeftOver() throws SQLException {
        String known = readable("site")
                ? "SELECT 'antiphon_' || mesh || '_' || site FROM antiphon.site"
                : "SELECT " + SqlText.literal(names.slot());
        return list("""
                SELECT slot_name FROM pg_replication_slots
                WHERE database = current_database() AND NOT active AND slot_name <> %s
                      AND slot_name ~ %s AND slot_name NOT IN (%s) ORDER BY 1""".formatted(SqlText.literal(names.slot()), SqlText.literal("^" + names.originPrefix()), known));
    }

    private void origins() throws SQLException {
        String setting = version >= 180000 ? "max_active_replication_origins" : "max_replication_slots";
        String ours = "^" + names.originPrefix() + site.id() + "_([0-9]+)$";
        // A name keeps its place in shared memory once it has been used, so a name of others counts even when nobody
        // uses it now.
        long others = holds("SELECT has_function_privilege('pg_show_replication_origin_status()', 'EXECUTE')")
                ? number(
                        "SELECT count(*) FROM pg_show_replication_origin_status() WHERE external_id IS NULL OR external_id !~ "
                                + SqlText.literal(ours))
                : number("SELECT count(*) FROM pg_replication_origin WHERE roname !~ " + SqlText.literal(ours));
        roomFor(setting, others, sinkTasks, "replication origins");
        for (String left :
                list("SELECT roname FROM pg_replication_origin WHERE (substring(roname FROM %s))::int >= %d ORDER BY 1"
                        .formatted(SqlText.literal(ours), sinkTasks))) {
            findings.warns(
                    "origin " + left,
                    "it is left from a time with more sink tasks, and takes the place of another",
                    "when the pipeline is stopped",
                    "SELECT pg_replication_origin_drop(" + SqlText.literal(left) + ")");
        }
    }

    private void roomFor(String setting, long others, int needed, String what) throws SQLException {
        long most = number("SELECT current_setting('" + setting + "')");
        if (others + needed > most) {
            findings.blocks(
                    setting,
                    "it is " + most + ", others use " + others + " of the " + what + ", and " + needed + " more "
                            + (needed == 1 ? "is" : "are") + " needed",
                    RESTART,
                    "ALTER SYSTEM SET " + setting + " = " + (others + needed + 4));
        }
    }

    private void privileges() throws SQLException {
        if (superuser) {
            return;
        }
        String role = SqlText.identifier(user);
        if (!holds("SELECT rolreplication FROM pg_roles WHERE rolname = current_user")
                && !memberOf("rds_replication")) {
            findings.blocks(
                    "role " + user, "it may not read the log", AS_SUPERUSER, "ALTER ROLE " + role + " REPLICATION");
        }
        var denied = new ArrayList<String>();
        for (String function : ORIGIN_FUNCTIONS) {
            if (!holds("SELECT has_function_privilege(" + SqlText.literal(function) + ", 'EXECUTE')")) {
                denied.add(function);
            }
        }
        if (!denied.isEmpty()) {
            findings.blocks(
                    "role " + user,
                    "it may not mark what the sink writes",
                    AS_SUPERUSER + " in " + database,
                    "GRANT EXECUTE ON FUNCTION "
                            + denied.stream().map(name -> "pg_catalog." + name).collect(Collectors.joining(", "))
                            + " TO " + role);
        }
        if (!succeeds("SET LOCAL session_replication_role = replica")) {
            findings.blocks(
                    "role " + user,
                    "it may not set session_replication_role, so triggers and foreign keys would fire twice",
                    AS_SUPERUSER,
                    version >= 150000
                            ? "GRANT SET ON PARAMETER session_replication_role TO " + role
                            : "ALTER ROLE " + role + " SUPERUSER");
        }
        boolean complete = Schema.schemaIsThere(connection) && Publication.isThere(site, connection);
        if (!complete && !holds("SELECT has_database_privilege(current_database(), 'CREATE')")) {
            findings.blocks(
                    "role " + user,
                    "it may not create a schema and a publication in " + database,
                    AS_SUPERUSER,
                    "GRANT CREATE ON DATABASE " + SqlText.identifier(database) + " TO " + role);
        }
    }

    private void ourObjects() throws SQLException {
        String role = SqlText.identifier(user);
        if (Publication.isThere(site, connection)
                && !holds("SELECT pg_has_role(pubowner, 'USAGE') FROM pg_publication WHERE pubname = "
                        + SqlText.literal(names.publication()))) {
            findings.blocks(
                    "publication " + names.publication(),
                    "somebody else owns it",
                    AS_SUPERUSER,
                    "ALTER PUBLICATION " + SqlText.identifier(names.publication()) + " OWNER TO " + role);
        }
        if (!Schema.schemaIsThere(connection)) {
            return;
        }
        if (!holds("SELECT has_schema_privilege('antiphon', 'USAGE') AND has_schema_privilege('antiphon', 'CREATE')")) {
            findings.blocks(
                    "schema antiphon",
                    "role " + user + " may not use it",
                    AS_SUPERUSER,
                    "GRANT USAGE, CREATE ON SCHEMA antiphon TO " + role);
        }
        List<String> foreign = list("""
                SELECT relname FROM pg_class WHERE relnamespace = 'antiphon'::regnamespace AND relkind = 'r'
                AND NOT pg_has_role(relowner, 'USAGE') ORDER BY 1""");
        if (!foreign.isEmpty()) {
            findings.blocks(
                    "schema antiphon",
                    "somebody else owns the tables in it",
                    AS_SUPERUSER,
                    foreign.stream()
                            .map(table -> "ALTER TABLE " + SqlText.table(new TableId(DatabaseNames.SCHEMA, table))
                                    + " OWNER TO " + role)
                            .toArray(String[]::new));
        }
        anotherSite();
    }

    private void anotherSite() throws SQLException {
        if (!readable("site")) {
            return;
        }
        for (String other : list("SELECT site FROM antiphon.site WHERE mesh = %s AND site <> %s"
                .formatted(
                        SqlText.literal(site.mesh().text()),
                        SqlText.literal(site.id().text())))) {
            findings.blocks(
                    "database " + database,
                    "it is already the site " + other + " of mesh " + site.mesh(),
                    "correct the url, or run antiphon remove with the former configuration first");
        }
        for (String other : list("""
                SELECT format('%%s of mesh %%s', site, mesh) FROM antiphon.site
                WHERE mesh <> %s AND 'antiphon_' || mesh || '_' || site = %s""".formatted(SqlText.literal(site.mesh().text()), SqlText.literal(names.slot())))) {
            findings.blocks(
                    "database " + database,
                    "site " + site.id() + " of mesh " + site.mesh()
                            + " would have the slot and the origins of the site " + other + " in it, " + names.slot(),
                    "name the mesh or the site otherwise");
        }
    }

    private boolean prepared() throws SQLException {
        return readable("site")
                && holds("SELECT EXISTS (SELECT FROM antiphon.site WHERE mesh = "
                        + SqlText.literal(site.mesh().text()) + ")");
    }

    private boolean readable(String ourTable) throws SQLException {
        return holds("""
                SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = 'antiphon' AND relname = '%s'""".formatted(ourTable));
    }

    private boolean memberOf(String role) throws SQLException {
        return holds("SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = " + SqlText.literal(role));
    }

    private boolean succeeds(String sql) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return true;
        } catch (SQLException e) {
            return false;
        } finally {
            connection.rollback(before);
        }
    }

    private boolean holds(String question) throws SQLException {
        return Schema.holds(connection, question);
    }

    private long number(String query) throws SQLException {
        return Long.parseLong(text(query));
    }

    private String text(String query) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return one(statement, query);
        }
    }

    private static String one(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    private List<String> list(String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            var list = new ArrayList<String>();
            while (row.next()) {
                list.add(row.getString(1));
            }
            return list;
        }
    }
}
