package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A conflict of one row that waits for a person, while what the rules decided serves.
 *
 * <p>A row has one at most: further conflicts join it. Nothing that happens to the row closes it but a decision, and a decision must have
 * seen the row as it is.
 *
 * @param named version of the outcome of the newest conflict in it, which names it
 * @param version version that brought the row as it is now: what a decision must have seen
 * @param sides the newest that each site wrote, at most one a site
 */
public record OpenConflict(long named, long version, List<Side> sides) {
    public OpenConflict {
        sides = List.copyOf(sides);
    }

    /**
     * What one site wrote.
     *
     * @param columns those others wrote too, empty where existence was contested
     */
    public record Side(Disagreement.Side wrote, BitSet columns) {
        public SiteId site() {
            return wrote.site();
        }

        private Side after(Side earlier) {
            var both = (BitSet) earlier.columns.clone();
            both.or(columns);
            return new Side(wrote, both);
        }
    }

    /** What is open of a row after an outcome, when {@code was} was before; null for nothing. */
    public static @Nullable OpenConflict after(@Nullable OpenConflict was, Outcome outcome) {
        RowState state = outcome.state();
        if (outcome instanceof Outcome.Decided decided && !isOfAMove(decided)) {
            return joined(was, decided);
        }
        boolean changes = outcome instanceof Outcome.Resolved || outcome instanceof Outcome.Decided;
        return was != null && state != null && changes ? new OpenConflict(was.named, state.version(), was.sides) : was;
    }

    /** Of a row that went elsewhere nothing can be decided here. */
    private static boolean isOfAMove(Outcome.Decided decided) {
        return decided.disagreement().rule().equals(Moving.RULE);
    }

    private static OpenConflict joined(@Nullable OpenConflict was, Outcome.Decided decided) {
        Disagreement between = decided.disagreement();
        var sides = new ArrayList<>(was == null ? List.<Side>of() : was.sides);
        for (Disagreement.Side wrote : List.of(between.standing(), between.incoming())) {
            var side = new Side(wrote, between.columns());
            Optional<Side> earlier = of(wrote.site(), sides);
            earlier.ifPresent(sides::remove);
            sides.add(earlier.map(side::after).orElse(side));
        }
        long version = decided.state().version();
        return new OpenConflict(version, version, sides);
    }

    /** What this site wrote. */
    public Optional<Side> of(SiteId site) {
        return of(site, sides);
    }

    private static Optional<Side> of(SiteId site, List<Side> among) {
        return among.stream().filter(side -> side.site().equals(site)).findFirst();
    }

    /** The columns that several sites wrote. */
    BitSet contested() {
        var contested = new BitSet();
        sides.forEach(side -> contested.or(side.columns));
        return contested;
    }
}
