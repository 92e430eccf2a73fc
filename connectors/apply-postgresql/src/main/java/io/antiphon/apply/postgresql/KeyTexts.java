package io.antiphon.apply.postgresql;

import io.antiphon.key.RowKey;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.postgresql.core.Oid;

/** Makes PostgreSQL's own texts of a key (ISO style, UTC) into the canonical key that capture makes of the same row. */
final class KeyTexts {
    private KeyTexts() {}

    static RowKey key(List<Column> columns, List<String> texts) {
        var values = new ArrayList<Object>(columns.size());
        for (int i = 0; i < texts.size(); i++) {
            values.add(value(columns.get(i), texts.get(i)));
        }
        return RowKey.of(values);
    }

    private static Object value(Column column, String text) {
        return switch ((int) column.typeOid()) {
            case Oid.INT2, Oid.INT4, Oid.INT8, Oid.OID -> new BigInteger(text);
            case Oid.NUMERIC -> Character.isLetter(text.charAt(text.length() - 1)) ? text : new BigDecimal(text);
            case Oid.BOOL -> text.equals("true") || text.equals("t");
            case Oid.BPCHAR -> text.stripTrailing();
            case Oid.TIMESTAMP -> text.replaceFirst(" ", "T");
            case Oid.TIMESTAMPTZ -> text.replaceFirst(" ", "T").replaceFirst("\\+00", "Z");
            default -> column.type().equals("citext") ? text.toLowerCase(Locale.ROOT) : text;
        };
    }
}
