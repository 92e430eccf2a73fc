package io.antiphon.apply.postgresql;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The statements that write many rows of one table at once. */
record Statements(Table table, List<Writing.Cell> columns, List<Writing.Cell> key, Guard guard) {
    String upsert() {
        return "INSERT INTO " + table.quoted() + " AS t (" + quoted(columns) + ") OVERRIDING SYSTEM VALUE SELECT "
                + values("r", columns) + " FROM unnest(" + parameters(columns) + ") AS r(" + names(columns) + ")"
                + " ON CONFLICT (" + quoted(key) + ") DO UPDATE SET " + assignments()
                + " WHERE " + guard.condition(key);
    }

    String delete() {
        return "DELETE FROM " + table.quoted() + " AS t USING unnest(" + parameters(key)
                + ") WITH ORDINALITY AS r(" + names(key) + ", place) WHERE " + sameKey() + " AND "
                + guard.condition(key) + " RETURNING r.place";
    }

    /** The rows that stand and were not written by this transaction. */
    String standing() {
        return "SELECT r.place, " + Guard.COMMITTED_MICROS + " FROM unnest(" + parameters(key)
                + ") WITH ORDINALITY AS r(" + names(key) + ", place) JOIN " + table.quoted() + " AS t ON " + sameKey()
                + " WHERE " + Guard.IS_COMMITTED;
    }

    /** One row by the texts of its key. */
    static String withdraw(Table table) {
        return "DELETE FROM " + table.quoted() + " WHERE "
                + table.key().stream()
                        .map(column -> column.quoted() + " = ?::text::" + column.type())
                        .collect(Collectors.joining(" AND "));
    }

    /** {@code ?::text[], ?::int8[]}. */
    static String parameters(List<Writing.Cell> cells) {
        return cells.stream()
                .map(cell -> "?::" + cell.carrier().arrayType() + "[]")
                .collect(Collectors.joining(", "));
    }

    /** {@code c0, c1}. */
    static String names(List<Writing.Cell> cells) {
        return IntStream.range(0, cells.size()).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
    }

    /** {@code r.c0::uuid, r.c1}. */
    static String values(String from, List<Writing.Cell> cells) {
        return IntStream.range(0, cells.size())
                .mapToObj(i -> value(from, i, cells.get(i)))
                .collect(Collectors.joining(", "));
    }

    static String value(String from, int i, Writing.Cell cell) {
        return from + ".c" + i + (cell.carrier().isCast() ? "::" + cell.column().type() : "");
    }

    private static String quoted(List<Writing.Cell> cells) {
        return cells.stream().map(cell -> cell.column().quoted()).collect(Collectors.joining(", "));
    }

    private String sameKey() {
        return IntStream.range(0, key.size())
                .mapToObj(i -> "t." + key.get(i).column().quoted() + " = " + value("r", i, key.get(i)))
                .collect(Collectors.joining(" AND "));
    }

    /** An identity that is always generated cannot be set by an update; where all is key, the key is set to itself. */
    private String assignments() {
        List<Writing.Cell> others = columns.stream()
                .filter(cell -> !cell.column().isKey() && !cell.column().alwaysIdentity())
                .toList();
        List<Writing.Cell> set = others.isEmpty() ? key : others;
        return set.stream()
                .map(cell ->
                        cell.column().quoted() + " = EXCLUDED." + cell.column().quoted())
                .collect(Collectors.joining(", "));
    }
}
