package io.antiphon.apply.postgresql.site;

/** How much a finding matters. */
public enum Severity {
    /** Nothing is started on such a site. */
    BLOCKS,
    /** It can be started, and a person should know: whether it harms depends on what the applications do. */
    WARNS
}
