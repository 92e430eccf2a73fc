package io.antiphon.capture;

import org.apache.kafka.connect.errors.DataException;

/** A key column has a type or a value whose equal values do not have one text, so that its rows cannot be told apart everywhere alike. */
public final class NotAKeyException extends DataException {
    private static final long serialVersionUID = 1L;

    NotAKeyException(String column, String why) {
        super("column '" + column + "' cannot be part of a row key: " + why
                + "; replicate the table by another primary key, or leave it out of the configuration");
    }
}
