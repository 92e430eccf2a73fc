package io.antiphon.local.bench;

/** Something that is measured. */
public enum Scenario {
    /** One transaction with many rows, from its commit until all are at the other site. */
    BIG,
    /** Many transactions of one row. */
    SINGLE,
    /** Both sites updating the same few rows at once. */
    HOT,
    /** A steady load, and how long each of its rows takes. */
    LATENCY,
    /** Capture, resolver and sink, each alone. */
    STAGES,
    /** The resolver alone, over a table without merges and over one with a merge for each column. */
    MERGES
}
