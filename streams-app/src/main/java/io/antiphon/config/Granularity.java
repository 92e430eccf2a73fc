package io.antiphon.config;

/** What concurrent changes of one row are decided on. */
public enum Granularity {
    /** Each column, or group of columns, by itself: what only one side changed is kept. */
    COLUMN,
    /** The row as a whole: one side's row wins. */
    ROW
}
