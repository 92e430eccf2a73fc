package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Columns.Unit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

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
 * @param moves keys of rows are changed, column 1 names a row for ever, and every value is written once
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
        boolean parks,
        boolean moves) {
    enum Forgets {
        ON_ANSWER,
        ON_READ,
        NOW_AND_THEN
    }

    private static final List<String> NAMES = List.of("berlin", "tokyo", "auckland", "lima");

    static Setup of(long seed) {
        var random = new SplittableRandom(seed);
        int sites = 2 + random.nextInt(3);
        boolean moves = new SplittableRandom(seed ^ 0x6A09E667L).nextInt(3) == 0;
        int width = 3 + random.nextInt(2);
        int keys = (moves ? 3 : 1) + random.nextInt(3);
        List<SiteId> names = NAMES.subList(0, sites).stream().map(SiteId::new).toList();
        boolean parks = random.nextInt(3) == 0 && !moves;
        return new Setup(
                seed,
                names,
                keys,
                1 + random.nextInt(keys),
                moves
                        ? columns(width, random.nextInt(5))
                        : withPolicies(columns(width, random.nextInt(5)), names, random.split()),
                2 + random.nextInt(2),
                random.nextInt(3) == 0 && !moves ? 3 + random.nextInt(6) : 0,
                random.nextInt(4) == 0,
                Forgets.values()[random.nextInt(3)],
                parks,
                moves);
    }

    private static Columns columns(int width, int granularity) {
        if (granularity == 0) {
            var group = new BitSet();
            group.set(1, 3);
            return new Columns(width, List.of(group));
        }
        return granularity < 3 ? Columns.each(width) : Columns.together(width);
    }

    /** Half of the meshes have policies. */
    private static Columns withPolicies(Columns plain, List<SiteId> sites, SplittableRandom random) {
        if (random.nextInt(2) == 0) {
            return plain;
        }
        var units = new ArrayList<Unit>();
        var single = new BitSet();
        single.set(1, plain.count());
        for (BitSet group : plain.groups()) {
            single.andNot(group);
            if (random.nextInt(3) > 0) {
                units.add(new Unit(group, SimulatedPolicies.ofGroups(sites, random)));
            }
        }
        single.stream()
                .filter(column -> random.nextInt(4) > 0)
                .forEach(column -> units.add(Unit.of(column, SimulatedPolicies.ofColumns(sites, random))));
        return new Columns(plain.count(), plain.groups(), List.copyOf(units), Deletes.values()[random.nextInt(3)]);
    }

    /** A value an application may write. */
    int value(int column, SplittableRandom random) {
        return policy(column) instanceof Policy.Parts
                ? random.nextInt(SimulatedPolicies.NO_OBJECT + 1)
                : random.nextInt(domain);
    }

    @Nullable
    Policy policy(int column) {
        return columns.units().stream()
                .filter(unit -> unit.columns().get(column))
                .map(Unit::policy)
                .findFirst()
                .orElse(null);
    }
}
