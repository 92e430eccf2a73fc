package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A table that has the same key and the same columns at all sites.
 *
 * @param columns in an order that does not depend on the site
 * @param key the key's columns, in key order
 * @param orders of the key's columns
 * @param estimatedRows at the site that has the most
 */
record ComparedTable(
        TableId id, List<String> columns, List<Shape.Column> key, List<KeyOrder> orders, long estimatedRows) {

    static ComparedTable of(TableId id, Readers readers) {
        Reader first = readers.all().get(0);
        ComparedTable model = at(first, id);
        long estimated = model.estimatedRows();
        for (Reader reader : readers.all().subList(1, readers.all().size())) {
            ComparedTable other = at(reader, id);
            String there = " than at " + first.site().id();
            if (!other.keyNames().equals(model.keyNames()) || !other.orders().equals(model.orders())) {
                throw incomparable(reader, id + " has another key" + there);
            }
            if (!other.columns().equals(model.columns())) {
                var different = new TreeSet<>(other.columns());
                different.addAll(model.columns());
                different.removeIf(column ->
                        other.columns().contains(column) && model.columns().contains(column));
                throw incomparable(
                        reader, id + " has other columns" + there + " (" + String.join(", ", different) + ")");
            }
            estimated = Math.max(estimated, other.estimatedRows());
        }
        return new ComparedTable(id, model.columns(), model.key(), model.orders(), estimated);
    }

    private static ComparedTable at(Reader reader, TableId id) {
        Shape shape = reader.shape(id).orElseThrow(() -> incomparable(reader, "there is no table " + id));
        List<Shape.Column> key = shape.keyColumns();
        if (key.isEmpty()) {
            throw incomparable(reader, id + " has no primary key");
        }
        return new ComparedTable(
                id,
                shape.columns().stream().map(Shape.Column::name).sorted().toList(),
                key,
                key.stream().map(KeyOrder::of).toList(),
                Math.max(0, shape.estimatedRows()));
    }

    private static SiteException incomparable(Reader reader, String problem) {
        return new SiteException(reader.site().id(), problem, "see antiphon doctor for what makes the sites alike");
    }

    List<String> keyNames() {
        return key.stream().map(Shape.Column::name).toList();
    }

    int compare(String[] a, String[] b) {
        for (int i = 0; i < a.length; i++) {
            int order = orders.get(i).compare(a[i], b[i]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** All rows as key texts and one digest of everything, in key order. */
    String rowsSql(boolean utf8) {
        String texts = key.stream()
                .map(column -> SqlText.identifier(column.name()) + "::text")
                .collect(Collectors.joining(", "));
        // With the table's name: a bare one would mean the text that is selected under it.
        var order = new ArrayList<String>();
        for (int i = 0; i < key.size(); i++) {
            order.add(orders.get(i).sql("t." + SqlText.identifier(key.get(i).name()), utf8));
        }
        return "SELECT " + texts + ", " + digest("ROW(" + SqlText.identifiers(columns) + ")") + " FROM "
                + SqlText.table(id) + " AS t ORDER BY " + String.join(", ", order);
    }

    /** The rows of given keys: the key's number, whether there is a row, and a digest of each column. */
    String rowsOfKeysSql() {
        var arrays = new ArrayList<String>();
        var names = new ArrayList<String>();
        var join = new ArrayList<String>();
        for (int i = 0; i < key.size(); i++) {
            arrays.add("?::text[]");
            names.add("key" + i);
            join.add("t." + SqlText.identifier(key.get(i).name()) + " = w.key" + i + "::"
                    + key.get(i).type());
        }
        String digests = columns.stream()
                .map(column -> "encode(" + digest("ROW(t." + SqlText.identifier(column) + ")") + ", 'hex')")
                .collect(Collectors.joining(", "));
        return "SELECT w.n, t." + SqlText.identifier(key.get(0).name()) + " IS NOT NULL, ARRAY[" + digests + "]"
                + " FROM unnest(" + String.join(", ", arrays) + ") WITH ORDINALITY AS w (" + String.join(", ", names)
                + ", n)"
                + " LEFT JOIN " + SqlText.table(id) + " AS t ON " + String.join(" AND ", join);
    }

    /** A row's text quotes what it must, so that two rows of as many columns with the same text are the same. */
    private static String digest(String row) {
        return "sha256(convert_to(" + row + "::text, 'UTF8'))";
    }
}
