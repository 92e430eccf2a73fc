package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Whether the tables of one site can be captured and written. */
final class TableExamination {
    private static final Set<String> KEY_TYPES = Set.of(
            "int2",
            "int4",
            "int8",
            "numeric",
            "bool",
            "text",
            "varchar",
            "bpchar",
            "uuid",
            "date",
            "time",
            "timetz",
            "timestamp",
            "timestamptz",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "bytea",
            "bit",
            "varbit");
    private static final String AS_OWNER = "as its owner";
    private static final String AS_SUPERUSER = "as a superuser";

    private final PostgresSite site;
    private final Connection connection;
    private final Findings findings;
    private final Map<TableId, Set<String>> allowedTriggers;
    private final List<ColumnDemand> demands;

    /** @param allowedTriggers those that may fire for replicated rows too, by their names */
    TableExamination(
            PostgresSite site,
            Connection connection,
            Findings findings,
            Map<TableId, Set<String>> allowedTriggers,
            List<ColumnDemand> demands) {
        this.site = site;
        this.connection = connection;
        this.findings = findings;
        this.allowedTriggers = allowedTriggers;
        this.demands = demands;
    }

    /** The shapes of those that are there. */
    Map<TableId, Shape> examine(List<TableId> tables) throws SQLException {
        var shapes = new TreeMap<TableId, Shape>();
        for (TableId table : tables) {
            Optional<Shape> shape = Shape.of(table, connection);
            if (shape.isPresent()) {
                shapes.put(table, shape.get());
                examine(shape.get());
            }
        }
        return shapes;
    }

    private void examine(Shape shape) throws SQLException {
        if (kind(shape)) {
            key(shape);
            demands(shape);
            constraints(shape);
            virtualColumns(shape);
            triggersAndRules(shape);
            privileges(shape);
        }
    }

    /** Whether it is an ordinary table; nothing else about it matters otherwise. */
    private boolean kind(Shape shape) throws SQLException {
        String subject = shape.table().toString();
        String problem =
                switch (shape.kind() + shape.persistence()) {
                    case "rp" -> "";
                    case "ru" -> "it is unlogged, so its changes cannot be captured";
                    case "rt" -> "it is temporary, so nobody else sees it";
                    default ->
                        switch (shape.kind()) {
                            case "p" -> "it is partitioned, which is not supported";
                            case "v" -> "it is a view, and holds no rows of its own";
                            case "m" -> "it is a materialized view, and holds no rows of its own";
                            default -> "it is a foreign table, and its rows are somewhere else";
                        };
                };
        if (problem.isEmpty()) {
            children(shape);
            return true;
        }
        if (shape.persistence().equals("u") && shape.kind().equals("r")) {
            findings.blocks(subject, problem, AS_OWNER, "ALTER TABLE " + SqlText.table(shape.table()) + " SET LOGGED");
        } else {
            findings.blocks(subject, problem, "name the ordinary tables behind it instead");
        }
        return false;
    }

    private void children(Shape shape) throws SQLException {
        List<String> children =
                names("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ? ORDER BY 1", shape);
        if (!children.isEmpty()) {
            findings.blocks(
                    shape.table().toString(),
                    "tables inherit from it (" + String.join(", ", children)
                            + "), and their rows would be taken for its own",
                    AS_OWNER,
                    children.stream()
                            .map(child -> "ALTER TABLE " + child + " NO INHERIT " + SqlText.table(shape.table()))
                            .toArray(String[]::new));
        }
    }

    private void demands(Shape shape) {
        for (ColumnDemand demand : demands) {
            if (!demand.table().equals(shape.table())) {
                continue;
            }
            Shape.Column column = shape.column(demand.column());
            if (column == null) {
                findings.warns(
                        shape.table().toString(),
                        "the configuration names column " + demand.column() + ", which it does not have",
                        "add it there, or name one of its columns: "
                                + String.join(
                                        ", ",
                                        shape.columns().stream()
                                                .map(Shape.Column::name)
                                                .toList()));
                continue;
            }
            String type = column.base().isEmpty() ? column.type() : column.base();
            demand.problem()
                    .apply(type)
                    .ifPresent(problem ->
                            findings.blocks(shape.table().toString(), problem, "choose another merge for it"));
        }
    }

    private void key(Shape shape) throws SQLException {
        String subject = shape.table().toString();
        String alter = "ALTER TABLE " + SqlText.table(shape.table());
        if (shape.key().isEmpty()) {
            noKey(shape);
            return;
        }
        Shape.Key key = shape.key().get();
        if (key.deferrable()) {
            findings.blocks(
                    subject,
                    "its primary key is deferrable, so the sink cannot tell an insert from an update by it",
                    AS_OWNER,
                    alter + " DROP CONSTRAINT " + SqlText.identifier(key.constraint()) + ", ADD CONSTRAINT "
                            + SqlText.identifier(key.constraint()) + " PRIMARY KEY ("
                            + SqlText.identifiers(key.columns()) + ")");
        }
        for (Shape.Column column : shape.keyColumns()) {
            if (column.base().equals("float4") || column.base().equals("float8")) {
                findings.blocks(
                        subject,
                        "its key column " + column.name() + " is " + column.type()
                                + ", which does not name a row exactly",
                        AS_OWNER,
                        alter + " ALTER COLUMN " + SqlText.identifier(column.name()) + " TYPE numeric");
            } else if (!KEY_TYPES.contains(column.base()) && !column.isEnum()) {
                findings.blocks(
                        subject,
                        "its key column " + column.name() + " is " + column.type()
                                + ", of which one value may be spelled in several ways",
                        "give it a key of numbers, text, uuid, date or time");
            } else if (!column.sharp()) {
                findings.blocks(
                        subject,
                        "the collation of its key column " + column.name() + " takes different texts for equal ones",
                        AS_OWNER,
                        alter + " ALTER COLUMN " + SqlText.identifier(column.name()) + " TYPE " + column.type()
                                + " COLLATE \"C\"");
            }
        }
    }

    private void noKey(Shape shape) throws SQLException {
        List<String> candidates = names("""
                SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.n)
                FROM pg_index AS i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
                JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                WHERE i.indrelid = ? AND i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
                      AND k.n <= i.indnkeyatts
                GROUP BY i.indexrelid HAVING bool_and(a.attnotnull) ORDER BY count(*), 1 LIMIT 1""", shape);
        if (candidates.isEmpty()) {
            findings.blocks(
                    shape.table().toString(),
                    "it has no primary key, so its rows cannot be told apart",
                    "add one: ALTER TABLE " + SqlText.table(shape.table()) + " ADD PRIMARY KEY (…)");
        } else {
            findings.blocks(
                    shape.table().toString(),
                    "it has no primary key, so its rows cannot be told apart",
                    AS_OWNER,
                    "ALTER TABLE " + SqlText.table(shape.table()) + " ADD PRIMARY KEY (" + candidates.get(0) + ")");
        }
    }

    /** PostgreSQL checks a deferrable constraint by a trigger, which does not fire in the session of a sink. */
    private void constraints(Shape shape) throws SQLException {
        for (String trigger : names("""
                SELECT tgname FROM pg_constraint AS c JOIN pg_trigger AS t ON t.tgconstraint = c.oid
                WHERE c.conrelid = ? AND c.contype IN ('u', 'x') AND tgenabled NOT IN ('A', 'R') ORDER BY 1""", shape)) {
            findings.blocks(
                    shape.table().toString(),
                    "a constraint of it is deferrable, and is not checked for replicated rows",
                    "as a superuser, or make it not deferrable",
                    "ALTER TABLE " + SqlText.table(shape.table()) + " ENABLE ALWAYS TRIGGER "
                            + SqlText.identifier(trigger));
        }
    }

    /** What is not stored cannot be published, and PostgreSQL lets no row be changed whose full identity is not published. */
    private void virtualColumns(Shape shape) throws SQLException {
        for (String mend : names("""
                SELECT format('ALTER TABLE %s DROP COLUMN %I, ADD COLUMN %I %s GENERATED ALWAYS AS (%s) STORED',
                       a.attrelid::regclass, a.attname, a.attname, format_type(a.atttypid, a.atttypmod),
                       pg_get_expr(d.adbin, d.adrelid))
                FROM pg_attribute AS a JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE a.attrelid = ? AND a.attgenerated = 'v' AND NOT a.attisdropped ORDER BY a.attnum""", shape)) {
            findings.blocks(
                    shape.table().toString(),
                    "a generated column of it is virtual, so that no row of it could be updated once it is captured",
                    AS_OWNER,
                    mend);
        }
    }

    private void triggersAndRules(Shape shape) throws SQLException {
        String alter = "ALTER TABLE " + SqlText.table(shape.table());
        for (String trigger : names(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = ? AND tgenabled IN ('A', 'R') AND NOT tgisinternal ORDER BY 1",
                shape)) {
            if (allowedTriggers.getOrDefault(shape.table(), Set.of()).contains(trigger)) {
                continue;
            }
            findings.blocks(
                    shape.table().toString(),
                    "its trigger " + trigger
                            + " fires for replicated rows too, and would do at each site what was done already",
                    AS_OWNER + ", or allow it by its name under allowed.triggers of the table if it may",
                    alter + " ENABLE TRIGGER " + SqlText.identifier(trigger));
        }
        for (String rule : names(
                "SELECT rulename FROM pg_rewrite WHERE ev_class = ? AND ev_enabled IN ('A', 'R') AND ev_type <> '1' ORDER BY 1",
                shape)) {
            findings.blocks(
                    shape.table().toString(),
                    "its rule " + rule + " rewrites replicated rows too",
                    AS_OWNER,
                    alter + " ENABLE RULE " + SqlText.identifier(rule));
        }
    }

    private void privileges(Shape shape) throws SQLException {
        String subject = shape.table().toString();
        String table = SqlText.table(shape.table());
        String role = SqlText.identifier(site.user());
        if (!holds("SELECT has_schema_privilege(relnamespace, 'USAGE') FROM pg_class WHERE oid = ?", shape)) {
            findings.blocks(
                    subject,
                    "role " + site.user() + " may not use the schema "
                            + shape.table().schema(),
                    AS_OWNER,
                    "GRANT USAGE ON SCHEMA " + SqlText.identifier(shape.table().schema()) + " TO " + role);
        }
        var denied = new ArrayList<String>();
        for (String privilege : List.of("SELECT", "INSERT", "UPDATE", "DELETE")) {
            if (!holds("SELECT has_table_privilege(oid, '" + privilege + "') FROM pg_class WHERE oid = ?", shape)) {
                denied.add(privilege);
            }
        }
        boolean owner = holds("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = ?", shape);
        if (!owner && !readyForCapture(shape)) {
            findings.blocks(
                    subject,
                    "role " + site.user() + " does not own it, and cannot publish it with whole rows",
                    AS_SUPERUSER,
                    "GRANT " + ownerOf(shape) + " TO " + role);
        } else if (!denied.isEmpty()) {
            findings.blocks(
                    subject,
                    "role " + site.user() + " lacks " + String.join(", ", denied),
                    AS_OWNER,
                    "GRANT " + String.join(", ", denied) + " ON " + table + " TO " + role);
        }
        if (holds("SELECT row_security_active(oid) FROM pg_class WHERE oid = ?", shape)) {
            findings.blocks(
                    subject,
                    "row security hides rows from role " + site.user(),
                    AS_SUPERUSER,
                    "ALTER ROLE " + role + " BYPASSRLS");
        }
    }

    private boolean readyForCapture(Shape shape) throws SQLException {
        boolean wholeRows = ReplicaIdentity.of(shape.table(), connection)
                .map(ReplicaIdentity::isFull)
                .orElse(false);
        return wholeRows && Publication.tables(site, connection).contains(shape.table());
    }

    private String ownerOf(Shape shape) throws SQLException {
        return names("SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE oid = ?", shape)
                .get(0);
    }

    private boolean holds(String question, Shape shape) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(question)) {
            query.setLong(1, shape.oid());
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private List<String> names(String sql, Shape shape) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, shape.oid());
            try (ResultSet row = query.executeQuery()) {
                var names = new ArrayList<String>();
                while (row.next()) {
                    names.add(row.getString(1));
                }
                return names;
            }
        }
    }
}
