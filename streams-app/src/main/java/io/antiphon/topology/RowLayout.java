package io.antiphon.topology;

import io.antiphon.contract.ResolvedMetadata;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.TableId;
import io.antiphon.resolve.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a resolved table, in order, and the Avro schema of its records: every column any site has shown, each nullable, as wide as
 * the widest site has it.
 */
final class RowLayout {
    private static final String DEFAULT = "connect.default";
    private static final String CONNECT_TYPE = "connect.type";

    private final MeshName mesh;
    private final TableId table;
    private final Map<String, Schema> columns;
    private final List<String> names;
    private final Map<String, Integer> positions = new HashMap<>();
    private final Schema schema;

    private RowLayout(MeshName mesh, TableId table, Map<String, Schema> columns) {
        this.mesh = mesh;
        this.table = table;
        this.columns = columns;
        this.names = List.copyOf(columns.keySet());
        for (int i = 0; i < names.size(); i++) {
            positions.put(names.get(i), i);
        }
        this.schema = resolvedSchema();
    }

    /** The layout of a table that was captured with these columns only. */
    static RowLayout of(MeshName mesh, TableId table, Schema capturedRow) {
        return new RowLayout(mesh, table, new LinkedHashMap<>()).with(capturedRow);
    }

    /** The layout of records that were written with this schema. */
    static RowLayout ofResolved(MeshName mesh, TableId table, Schema resolved) {
        return of(mesh, table, notNull(resolved.getField("row").schema()));
    }

    /**
     * This layout, with what another captured row has and it has not; this very object if that is nothing.
     *
     * @throws UnreadableException if a column's types at two sites cannot be one
     */
    RowLayout with(Schema capturedRow) {
        Map<String, Schema> wider = null;
        for (Schema.Field field : capturedRow.getFields()) {
            Schema type = notNull(field.schema());
            Schema mine = columns.get(field.name());
            Schema both = mine == null ? plain(type) : widest(field.name(), mine, type);
            if (mine == null || both != mine) {
                wider = wider == null ? new LinkedHashMap<>(columns) : wider;
                wider.put(field.name(), both);
            }
        }
        return wider == null ? this : new RowLayout(mesh, table, wider);
    }

    /** This layout without the columns a row says nothing of. */
    RowLayout knownOf(Row row) {
        var known = new LinkedHashMap<>(columns);
        for (int i = 0; i < names.size(); i++) {
            if (row.value(i) == Row.ABSENT) {
                known.remove(names.get(i));
            }
        }
        return new RowLayout(mesh, table, known);
    }

    List<String> names() {
        return names;
    }

    int size() {
        return names.size();
    }

    /** The position of the column that the database calls so, or -1; a field's name may lack characters that Avro does not take. */
    int positionOfTrueName(String column) {
        for (int i = 0; i < names.size(); i++) {
            if (column.equals(trueName(i))) {
                return i;
            }
        }
        return -1;
    }

    /** What the database calls the column. */
    String trueName(int column) {
        return parameter(column, "__debezium.source.column.name", names.get(column));
    }

    /** What the database calls the column's type; where capture does not tell, one that has such values. */
    String sourceType(int column) {
        String captured =
                switch (type(column).getType()) {
                    case INT, LONG -> "int8";
                    case FLOAT, DOUBLE -> "float8";
                    case BOOLEAN -> "bool";
                    case STRING -> "text";
                    default -> "bytea";
                };
        return parameter(column, "__debezium.source.column.type", captured);
    }

    private String parameter(int column, String name, String otherwise) {
        Object parameters = type(column).getObjectProp("connect.parameters");
        Object found = parameters instanceof Map<?, ?> map ? map.get(name) : null;
        return found == null ? otherwise : found.toString();
    }

    /** The position of a column, or -1. */
    int position(String column) {
        return positions.getOrDefault(column, -1);
    }

    /** The type of a column's values that are not null. */
    Schema type(int column) {
        return Objects.requireNonNull(columns.get(names.get(column)));
    }

    /** The schema of the table's resolved records. */
    Schema schema() {
        return schema;
    }

    private Schema resolvedSchema() {
        String namespace = mesh + ".resolved." + avroName(table.schema()) + "." + avroName(table.name());
        var fields = new ArrayList<Schema.Field>();
        columns.forEach((name, type) -> fields.add(nullable(name, type)));
        Schema row = Schema.createRecord("Row", "The row.", namespace, false, fields);
        return Schema.createRecord(
                "Resolved",
                "The resolved row of " + table + " and what is known of it.",
                namespace,
                false,
                List.of(
                        nullable("row", row),
                        new Schema.Field("meta", ResolvedMetadata.getClassSchema(), "What the decision knew.")));
    }

    private static Schema.Field nullable(String name, Schema type) {
        return new Schema.Field(
                name, Schema.createUnion(Schema.create(Schema.Type.NULL), type), null, JsonProperties.NULL_VALUE);
    }

    /** A column's type without a default: a null in a resolved row is a null, not the column's default. */
    private static Schema plain(Schema type) {
        if (type.getObjectProp(DEFAULT) == null) {
            return type;
        }
        Schema plain =
                switch (type.getType()) {
                    case ARRAY -> Schema.createArray(type.getElementType());
                    case MAP -> Schema.createMap(type.getValueType());
                    case RECORD, ENUM, FIXED, UNION -> null;
                    default -> Schema.create(type.getType());
                };
        if (plain == null) {
            return type;
        }
        type.getObjectProps().forEach((key, value) -> {
            if (!key.equals(DEFAULT)) {
                plain.addProp(key, value);
            }
        });
        return plain;
    }

    private Schema widest(String column, Schema mine, Schema other) {
        Schema.Type one = mine.getType();
        Schema.Type two = other.getType();
        if (one == two) {
            return one == Schema.Type.INT && bytes(mine) < bytes(other) ? plain(other) : mine;
        }
        if (one == Schema.Type.LONG && two == Schema.Type.INT
                || one == Schema.Type.DOUBLE && two == Schema.Type.FLOAT) {
            return mine;
        }
        if (one == Schema.Type.INT && two == Schema.Type.LONG
                || one == Schema.Type.FLOAT && two == Schema.Type.DOUBLE) {
            return plain(other);
        }
        throw new UnreadableException("column " + column + " of " + table + " is " + one + " at one site and " + two
                + " at another: make the types agree");
    }

    /** Avro has one type for whole numbers up to four bytes; Connect cuts them to what it is told they were. */
    private static int bytes(Schema whole) {
        String narrower = whole.getProp(CONNECT_TYPE);
        return narrower == null ? 4 : narrower.equals("int16") ? 2 : 1;
    }

    static Schema notNull(Schema schema) {
        if (!schema.isUnion()) {
            return schema;
        }
        for (Schema branch : schema.getTypes()) {
            if (branch.getType() != Schema.Type.NULL) {
                return branch;
            }
        }
        throw new UnreadableException("a schema of nothing but null");
    }

    private static String avroName(String name) {
        String legal = name.replaceAll("[^A-Za-z0-9_]", "_");
        return Character.isDigit(legal.charAt(0)) ? "_" + legal : legal;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowLayout layout && schema.equals(layout.schema);
    }

    @Override
    public int hashCode() {
        return schema.hashCode();
    }
}
