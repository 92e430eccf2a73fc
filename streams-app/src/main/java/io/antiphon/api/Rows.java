package io.antiphon.api;

import java.util.Map;
import java.util.Optional;

/** What the resolver remembers of single rows. */
@FunctionalInterface
public interface Rows {
    /**
     * What is remembered of a row, to be written as JSON; empty where it is nothing.
     *
     * @param table as {@code schema.name}
     * @param key in its canonical form
     * @throws NotHereException if this resolver does not have the row's partition, or not yet
     */
    Optional<Map<String, Object>> row(String table, String key);

    /** The row is another resolver's, or this one is still starting. */
    final class NotHereException extends RuntimeException {
        private static final long serialVersionUID = 1;

        public NotHereException(String why, Throwable cause) {
            super(why, cause);
        }
    }
}
