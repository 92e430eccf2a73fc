package io.antiphon.apply.postgresql.site;

import java.math.BigDecimal;
import java.util.Comparator;

/** An order of key texts that every site's database can sort by, whatever its collation, and that is the same here. */
enum KeyOrder implements Comparator<String> {
    /** Whole numbers in their own order, which an index gives. */
    WHOLE {
        @Override
        public int compare(String a, String b) {
            return Long.compare(Long.parseLong(a), Long.parseLong(b));
        }
    },
    /** Exact decimals in their own order, so that 1.0 and 1.00 are one key; PostgreSQL puts NaN above infinity. */
    DECIMAL {
        @Override
        public int compare(String a, String b) {
            int byKind = Integer.compare(kind(a), kind(b));
            return byKind != 0 || kind(a) != 0 ? byKind : new BigDecimal(a).compareTo(new BigDecimal(b));
        }

        private static int kind(String text) {
            return switch (text) {
                case "-Infinity" -> -1;
                case "Infinity" -> 1;
                case "NaN" -> 2;
                default -> 0;
            };
        }
    },
    /** The lower-case hexadecimal digits of a uuid sort as its bytes do, which an index gives. */
    UUID {
        @Override
        public int compare(String a, String b) {
            return a.compareTo(b);
        }
    },
    /** Everything else by the code points of its text, which is the order of its bytes in UTF-8. */
    TEXT {
        @Override
        public int compare(String a, String b) {
            int common = Math.min(a.length(), b.length());
            for (int i = 0; i < common; i++) {
                char x = a.charAt(i);
                char y = b.charAt(i);
                if (x != y) {
                    return Integer.compare(weight(x), weight(y));
                }
            }
            return Integer.compare(a.length(), b.length());
        }

        /** Surrogates stand for code points above all others, though their own numbers do not. */
        private static int weight(char c) {
            return Character.isSurrogate(c) ? c + 0x10000 : c;
        }
    };

    static KeyOrder of(Shape.Column column) {
        return switch (column.base()) {
            case "int2", "int4", "int8" -> WHOLE;
            case "numeric" -> DECIMAL;
            case "uuid" -> UUID;
            default -> TEXT;
        };
    }

    /** What the database sorts by. */
    String sql(String column, boolean utf8) {
        return switch (this) {
            case WHOLE, DECIMAL, UUID -> column;
            case TEXT -> utf8 ? column + "::text COLLATE \"C\"" : "convert_to(" + column + "::text, 'UTF8')";
        };
    }
}
