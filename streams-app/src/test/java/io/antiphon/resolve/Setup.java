package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a simulated mesh looks like.
 *
 * @param keys rows; row k is in partition k modulo partitions
 * @param columns how they move; column 0 is the key
 * @param domain different values of a column
 * @param prefilled in how many of ten a row stands at a site before the mesh begins
 * @param lazyValues the last column is not carried by capture where it did not change
 * @param forgets when stable tombstones are forgotten
 * @param parks conflicts wait for a person
 */
record Setup(
        long seed,
        List<SiteId> sites,
        int keys,
        int partitions,
        Columns columns,
        int domain,
        int prefilled,
        boolean lazyValues,
        Forgets forgets,
        boolean parks) {
    enum Forgets {
        ON_ANSWER,
        ON_READ,
        NOW_AND_THEN
    }

    private static final List<String> NAMES = List.of("berlin", "tokyo", "auckland", "lima");

    static Setup of(long seed) {
        var random = new SplittableRandom(seed);
        int sites = 2 + random.nextInt(3);
        int width = 3 + random.nextInt(2);
        int keys = 1 + random.nextInt(3);
        return new Setup(
                seed,
                NAMES.subList(0, sites).stream().map(SiteId::new).toList(),
                keys,
                1 + random.nextInt(keys),
                columns(width, random.nextInt(5)),
                2 + random.nextInt(2),
                random.nextInt(3) == 0 ? 3 + random.nextInt(6) : 0,
                random.nextInt(4) == 0,
                Forgets.values()[random.nextInt(3)],
                random.nextInt(3) == 0);
    }

    private static Columns columns(int width, int granularity) {
        if (granularity == 0) {
            var group = new BitSet();
            group.set(1, 3);
            return new Columns(width, List.of(group));
        }
        return granularity < 3 ? Columns.each(width) : Columns.together(width);
    }
}
