package io.antiphon.resolve;

/** One thing that happens in a simulated mesh; what cannot happen just now is nothing. */
record Step(Kind kind, int site, int partition, long salt) {
    enum Kind {
        WRITE(12),
        HEAR(14),
        APPLY(8),
        BEGIN(3),
        COMMIT(4),
        CRASH(4),
        REPLAY(1),
        CLOCK(2),
        REWRITE(2),
        TRUNCATE(1),
        WITHDRAW(1),
        BLIND(1),
        LOSE_SLOT(1),
        FORGET(1),
        DECIDE(4),
        READ(8);

        final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }
}
