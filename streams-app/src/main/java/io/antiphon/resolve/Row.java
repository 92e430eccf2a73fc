package io.antiphon.resolve;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row's values in the order of its table's columns.
 *
 * <p>A value is anything with a canonical {@code equals}, null, or {@link #ABSENT}. The array is never changed once it is in a row.
 */
public final class Row {
    /** A value that capture did not carry because it did not change. */
    public static final Object ABSENT = new Object() {
        @Override
        public String toString() {
            return "ABSENT";
        }
    };

    private static final long START = 0x9E3779B97F4A7C15L;
    private static final long OF_NULL = 0x2545F4914F6CDD1DL;

    private final @Nullable Object[] values;

    private Row(@Nullable Object[] values) {
        this.values = values;
    }

    /** A row of these values; the array is the row's from now on. */
    public static Row owning(@Nullable Object[] values) {
        return new Row(values);
    }

    /** A row of these values. */
    public static Row of(@Nullable Object... values) {
        return new Row(values.clone());
    }

    /** A row of which nothing is known. */
    public static Row unknown(int columns) {
        Object[] values = new Object[columns];
        Arrays.fill(values, ABSENT);
        return new Row(values);
    }

    public int size() {
        return values.length;
    }

    public @Nullable Object value(int column) {
        return values[column];
    }

    /** The values, to be read only. */
    public @Nullable Object[] values() {
        return values;
    }

    boolean isAbsent(int column) {
        return values[column] == ABSENT;
    }

    /** Whether nothing is known of some column. */
    public boolean hasAbsent() {
        for (Object value : values) {
            if (value == ABSENT) {
                return true;
            }
        }
        return false;
    }

    /** Whether both rows have the same value in this column. */
    boolean agrees(Row other, int column) {
        return Objects.equals(values[column], other.values[column]);
    }

    /** The columns whose values differ; an absent value has not changed. */
    BitSet differences(Row other) {
        var differing = new BitSet(values.length);
        for (int column = 0; column < values.length; column++) {
            if (!isAbsent(column) && !other.isAbsent(column) && !agrees(other, column)) {
                differing.set(column);
            }
        }
        return differing;
    }

    /** Whether the rows are equal wherever both have a value. */
    boolean agrees(Row other) {
        for (int column = 0; column < values.length; column++) {
            if (!isAbsent(column) && !other.isAbsent(column) && !agrees(other, column)) {
                return false;
            }
        }
        return true;
    }

    /** A row that lacks nothing this one and the other do not both lack. */
    public Row filledFrom(Row other) {
        if (!hasAbsent()) {
            return this;
        }
        @Nullable Object[] filled = values.clone();
        for (int column = 0; column < filled.length; column++) {
            if (filled[column] == ABSENT) {
                filled[column] = other.values[column];
            }
        }
        return new Row(filled);
    }

    /** Sixty-four bits of the values, equal for equal rows, the same in every run. */
    long digest() {
        long digest = START;
        for (Object value : values) {
            digest = digest(digest, value);
        }
        return digest;
    }

    /** Whether a row of this digest was equal, also one from before the table's last columns came. */
    boolean has(long digest) {
        long mine = START;
        for (Object value : values) {
            mine = digest(mine, value);
            if (mine == digest) {
                return true;
            }
        }
        return false;
    }

    private static long digest(long digest, @Nullable Object value) {
        long hash = value instanceof byte[] bytes ? Arrays.hashCode(bytes) : value == null ? OF_NULL : stable(value);
        return mixed(digest ^ mixed(hash + START));
    }

    private static long mixed(long bits) {
        long mixed = (bits ^ bits >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }

    private static long stable(Object value) {
        if (value instanceof ByteBuffer bytes) {
            return fnv(bytes);
        }
        if (value instanceof CharSequence || value instanceof Iterable) {
            return fnv(value.toString());
        }
        // A column that is widened keeps its values.
        if (value instanceof Long || value instanceof Integer) {
            return ((Number) value).longValue();
        }
        return value instanceof Double || value instanceof Float
                ? Double.doubleToLongBits(((Number) value).doubleValue())
                : value.hashCode();
    }

    private static long fnv(ByteBuffer bytes) {
        long hash = 0xCBF29CE484222325L;
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            hash = (hash ^ bytes.get(i)) * 0x100000001B3L;
        }
        return hash;
    }

    private static long fnv(String text) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Row row && Arrays.equals(values, row.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
