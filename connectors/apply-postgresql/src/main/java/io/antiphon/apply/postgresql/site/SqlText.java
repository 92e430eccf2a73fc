package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.util.Collection;
import java.util.stream.Collectors;

/** Names and values as SQL spells them. */
final class SqlText {
    private SqlText() {}

    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String identifiers(Collection<String> names) {
        return names.stream().map(SqlText::identifier).collect(Collectors.joining(", "));
    }

    static String table(TableId table) {
        return identifier(table.schema()) + "." + identifier(table.name());
    }

    static String tables(Collection<TableId> tables) {
        return tables.stream().map(SqlText::table).collect(Collectors.joining(", "));
    }

    static String literal(String value) {
        String quoted = "'" + value.replace("'", "''") + "'";
        return value.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }
}
