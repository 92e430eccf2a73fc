package io.antiphon.apply.postgresql;

import io.antiphon.apply.Outcome;
import io.antiphon.apply.Unwritten;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * How rows of one captured schema are written to one table: the statements, and the columns as arrays.
 *
 * @param upsert takes all columns' arrays, then the guard's
 * @param delete takes the key columns' arrays, then the guard's; returns the places of the rows it deleted
 * @param standing takes the key columns' arrays; the rows that stand, and when they were committed
 */
record Writing(Table table, List<Cell> columns, List<Cell> key, String upsert, String delete, String standing) {
    /** One column that both sides know. */
    record Cell(Column column, Field field, Carrier carrier) {}

    static Writing of(Table table, Schema row, Guard guard) {
        var columns = new ArrayList<Cell>();
        for (Field field : row.fields()) {
            table.column(columnName(field))
                    .ifPresent(column -> columns.add(new Cell(column, field, Carrier.of(column, field.schema()))));
        }
        var key = new ArrayList<Cell>();
        for (Column part : table.key()) {
            key.add(columns.stream()
                    .filter(cell -> cell.column().equals(part))
                    .findFirst()
                    .orElseThrow(() -> new ConnectException("table " + table.quoted()
                            + " has " + part.quoted() + " in its primary key, the resolved topic has no such column:"
                            + " give the table the primary key it has at the other sites")));
        }
        var sql = new Statements(table, columns, key, guard);
        return new Writing(table, List.copyOf(columns), List.copyOf(key), sql.upsert(), sql.delete(), sql.standing());
    }

    /** Avro cannot spell every name a column can have; the true one comes along. */
    private static String columnName(Field field) {
        Map<String, String> parameters = field.schema().parameters();
        return parameters == null
                ? field.name()
                : parameters.getOrDefault("__debezium.source.column.name", field.name());
    }

    /** The rows as one array a column. */
    record Arrays(List<Outcome> outcomes, List<Object[]> cells, List<Unwritten> uncarriable) {}

    /** Turns rows into arrays; those with a value that cannot be carried are left out and named. */
    Arrays arrays(List<Outcome> outcomes, List<Cell> cells) {
        var uncarriable = new IdentityHashMap<Outcome, String>();
        List<Object[]> arrays = fill(outcomes, cells, uncarriable);
        if (uncarriable.isEmpty()) {
            return new Arrays(outcomes, arrays, List.of());
        }
        List<Outcome> carriable = outcomes.stream()
                .filter(outcome -> !uncarriable.containsKey(outcome))
                .toList();
        List<Unwritten> named = uncarriable.entrySet().stream()
                .map(entry -> Unwritten.parked(entry.getKey(), entry.getValue()))
                .toList();
        return new Arrays(carriable, fill(carriable, cells, uncarriable), named);
    }

    private static List<Object[]> fill(List<Outcome> outcomes, List<Cell> cells, Map<Outcome, String> uncarriable) {
        var arrays = new ArrayList<Object[]>(cells.size());
        for (Cell cell : cells) {
            Object[] array = cell.carrier.cells().apply(outcomes.size());
            Carrier.Form form = cell.carrier.form();
            Field field = cell.field;
            for (int i = 0; i < array.length; i++) {
                Object value = outcomes.get(i).row().value(field);
                if (value != null) {
                    try {
                        array[i] = form.of(value);
                    } catch (UncarriableException e) {
                        uncarriable.put(outcomes.get(i), String.valueOf(e.getMessage()));
                    }
                }
            }
            arrays.add(array);
        }
        return arrays;
    }
}
