package io.antiphon.local.bench;

/**
 * What the resolver did with the last part of a backlog while nothing else worked.
 *
 * @param rowsPerSecond how many records it took in
 * @param cpu of each process, per record
 */
record ResolverAlone(double rowsPerSecond, ProcessTimes.PerRow cpu) {
    /** Starts the resolver, which is down, and has its backlog; what comes before the last {@code measured} records warms it up. */
    static ResolverAlone of(Rig rig, long measured) {
        long end = rig.capturedOfBoth();
        rig.startResolver();
        rig.awaitCount("resolved", end - measured, rig::resolverHasRead);
        long from = rig.resolverHasRead();
        long began = Rig.now();
        ProcessTimes.Reading before = rig.processes().read();
        rig.awaitCount("resolved", end, rig::resolverHasRead);
        long ended = Rig.now();
        return new ResolverAlone(
                (end - from) * 1e6 / (ended - began), rig.processes().read().perRow(before, end - from));
    }
}
