package io.antiphon.merge;

import org.jspecify.annotations.Nullable;

/**
 * A merge of your own: makes one value of two that were written without knowing of each other.
 *
 * <p>It is found by {@link java.util.ServiceLoader}: name the class in {@code META-INF/services/io.antiphon.merge.Merge}, and its {@link #name}
 * in the configuration. Before it is used it is certified, and refused with an example if one of these does not hold:
 *
 * <ul>
 *   <li>{@code merge(a, b)} equals {@code merge(b, a)}
 *   <li>{@code merge(a, merge(b, c))} equals {@code merge(merge(a, b), c)}
 *   <li>{@code merge(a, a)} equals {@code a}
 *   <li>it returns a value for any two values, null among them, and throws nothing
 * </ul>
 *
 * <p>A value is a {@code Long} (smallint, integer, bigint), a {@code BigDecimal} (numeric), a {@code Double} (real, double precision), a
 * {@code Boolean}, a {@code String} (any other type, as it is captured), or null; {@code merge} returns one of the same type. It is called from
 * several threads.
 */
public interface Merge {
    /** What the configuration calls it: letters, digits, '-', '_' and '.'. */
    String name();

    /** Whether it can merge the values of such a column; {@code type} is as in {@code pg_type.typname}, as in {@code int4}, {@code _text}. */
    boolean fits(String type);

    /** One value for two. */
    @Nullable
    Object merge(@Nullable Object one, @Nullable Object other);
}
