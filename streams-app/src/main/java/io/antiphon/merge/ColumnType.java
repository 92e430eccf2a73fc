package io.antiphon.merge;

import java.util.Locale;

/** What a column's PostgreSQL type means for merging its values. */
public enum ColumnType {
    WHOLE,
    DECIMAL,
    FLOATING,
    BOOLEAN,
    TEXT,
    DATE,
    TIMESTAMP,
    TIMESTAMP_WITH_ZONE,
    JSON_BINARY,
    ARRAY,
    OTHER;

    /** The kind of a type by its name in the catalogue or as SQL spells it, with or without modifiers. */
    public static ColumnType of(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("\\(.*?\\)", "").strip();
        if (plain.startsWith("_") || plain.endsWith("[]")) {
            return ARRAY;
        }
        return switch (plain) {
            case "int2", "int4", "int8", "smallserial", "serial", "bigserial", "smallint", "integer", "bigint" -> WHOLE;
            case "numeric", "decimal" -> DECIMAL;
            case "float4", "float8", "real", "double precision" -> FLOATING;
            case "bool", "boolean" -> BOOLEAN;
            case "text", "varchar", "bpchar", "char", "character", "character varying" -> TEXT;
            case "date" -> DATE;
            case "timestamp", "timestamp without time zone" -> TIMESTAMP;
            case "timestamptz", "timestamp with time zone" -> TIMESTAMP_WITH_ZONE;
            case "jsonb" -> JSON_BINARY;
            default -> OTHER;
        };
    }

    /** Whether its values have an order that everybody agrees on. */
    public boolean isOrdered() {
        return switch (this) {
            case WHOLE, DECIMAL, FLOATING, BOOLEAN, TEXT, DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE -> true;
            case JSON_BINARY, ARRAY, OTHER -> false;
        };
    }
}
