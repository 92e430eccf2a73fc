package io.antiphon.topology;

import io.antiphon.mesh.TableId;

/** The registry no longer knows a schema that rows in the store were written with: it is the store that cannot be read, no record is at fault. */
public final class LostSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LostSchemaException(TableId table, int id, Throwable cause) {
        super(
                "rows of " + table + " are stored with schema " + id + ", which the schema registry does not know ("
                        + cause.getMessage() + "): give the registry back what it held, ids included",
                cause);
    }
}
