package io.antiphon.mesh;

/**
 * A table by schema and name, as the catalogue spells them.
 *
 * @throws IllegalArgumentException if either is empty
 */
public record TableId(String schema, String name) implements Comparable<TableId> {
    public TableId {
        if (schema.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException("a table has a schema and a name, as in public.customer");
        }
    }

    /** Reads {@code schema.name}; the first dot divides. */
    public static TableId parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 1 || dot == text.length() - 1) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a table: write schema.name, as in public.customer");
        }
        return new TableId(text.substring(0, dot), text.substring(dot + 1));
    }

    @Override
    public int compareTo(TableId other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
