package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Our schema in a site's database. Several meshes share it: every row says of which mesh it is. */
final class Schema {
    /** What this version creates and reads; a site prepared with another layout is refused. */
    static final int LAYOUT = 2;

    private static final Map<String, String> TABLES = tables();

    private Schema() {}

    private static Map<String, String> tables() {
        var tables = new LinkedHashMap<String, String>();
        tables.put(
                "site",
                "mesh text PRIMARY KEY, site text NOT NULL, layout int NOT NULL, prepared_at timestamptz NOT NULL");
        tables.put("former_identity", """
                mesh text, table_schema text, table_name text, identity text NOT NULL, index_name text,
                PRIMARY KEY (mesh, table_schema, table_name)""");
        tables.put("position", """
                mesh text, resolved_topic text, resolved_partition int, cluster_id text, topic_id text,
                epoch bigint, next_offset bigint, version bigint, applied bigint, outcomes text,
                waiting text NOT NULL DEFAULT '[]',
                PRIMARY KEY (mesh, resolved_topic, resolved_partition)""");
        tables.put("marker", """
                mesh text, resolved_topic text, resolved_partition int, site text NOT NULL, number bigint NOT NULL,
                PRIMARY KEY (mesh, resolved_topic, resolved_partition)""");
        tables.put("arrival", """
                mesh text, resolved_topic text, resolved_partition int, site text, number bigint NOT NULL,
                PRIMARY KEY (mesh, resolved_topic, resolved_partition, site)""");
        tables.put("heartbeat", "mesh text PRIMARY KEY, beat bigint NOT NULL");
        return tables;
    }

    /** Our tables, in the order they are created. */
    static List<TableId> all() {
        return TABLES.keySet().stream()
                .map(name -> new TableId(DatabaseNames.SCHEMA, name))
                .toList();
    }

    /** Ours that capture reads besides the user's. */
    static List<TableId> captured() {
        return List.of(DatabaseNames.HEARTBEAT, DatabaseNames.MARKER, DatabaseNames.POSITION);
    }

    /** Whether any of our tables is there. */
    static boolean isThere(Connection connection) throws SQLException {
        return missing(connection).size() < TABLES.size();
    }

    /** What is missing only: a role without the right to create may use what another has created. */
    static void create(Connection connection) throws SQLException {
        List<TableId> missing = missing(connection);
        if (missing.isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (!schemaIsThere(connection)) {
                statement.execute("CREATE SCHEMA antiphon");
            }
            for (TableId table : missing) {
                statement.execute("CREATE TABLE " + SqlText.table(table) + " (" + TABLES.get(table.name()) + ")");
            }
        }
    }

    /** Drops our tables, and the schema if nothing else is in it. */
    static void drop(Connection connection) throws SQLException {
        List<TableId> present = new ArrayList<>(all());
        present.removeAll(missing(connection));
        try (Statement statement = connection.createStatement()) {
            if (!present.isEmpty()) {
                statement.execute("DROP TABLE " + SqlText.tables(present));
            }
            if (schemaIsThere(connection) && schemaIsEmptyAndOurs(connection)) {
                statement.execute("DROP SCHEMA antiphon");
            }
        }
    }

    static boolean schemaIsThere(Connection connection) throws SQLException {
        return holds(connection, "SELECT to_regnamespace('antiphon') IS NOT NULL");
    }

    private static boolean schemaIsEmptyAndOurs(Connection connection) throws SQLException {
        return holds(connection, """
                SELECT pg_has_role(nspowner, 'USAGE')
                       AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)
                       AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = n.oid)
                       AND NOT EXISTS (SELECT FROM pg_type WHERE typnamespace = n.oid)
                FROM pg_namespace AS n WHERE nspname = 'antiphon'""");
    }

    private static List<TableId> missing(Connection connection) throws SQLException {
        String names = TABLES.keySet().stream().map(SqlText::literal).collect(Collectors.joining("), ("));
        var missing = new ArrayList<TableId>();
        // The catalogue is asked, not to_regclass, which fails for want of a privilege on the schema.
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT name FROM (VALUES (%s)) AS ours (name)
                        WHERE NOT EXISTS (SELECT FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
                                          WHERE nspname = 'antiphon' AND relname = name)""".formatted(names))) {
            while (row.next()) {
                missing.add(new TableId(DatabaseNames.SCHEMA, row.getString(1)));
            }
        }
        return missing;
    }

    static boolean holds(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            return row.next() && row.getBoolean(1);
        }
    }
}
