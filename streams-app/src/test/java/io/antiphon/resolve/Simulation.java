package io.antiphon.resolve;

import io.antiphon.resolve.Step.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A history of a simulated mesh, made from a seed: the same seed, the same history. */
record Simulation(Setup setup, List<Step> script, Set<Flaw> flaws) {
    static Simulation of(long seed, Set<Flaw> flaws) {
        return new Simulation(Setup.of(seed), script(new SplittableRandom(seed ^ 0x5DEECE66DL)), flaws);
    }

    /** Phases in which some things happen often and others hardly: that makes pauses, bursts and long delays. */
    private static List<Step> script(SplittableRandom random) {
        int length = 20 + random.nextInt(140);
        var script = new ArrayList<Step>(length);
        int[] weights = new int[Kind.values().length];
        int[] siteWeights = new int[4];
        for (int i = 0; i < length; i++) {
            if (i == 0 || random.nextInt(20) == 0) {
                for (Kind kind : Kind.values()) {
                    weights[kind.ordinal()] = kind.weight * (1 + random.nextInt(8));
                }
                for (int site = 0; site < siteWeights.length; site++) {
                    siteWeights[site] = 1 + random.nextInt(8) * random.nextInt(3);
                }
            }
            script.add(new Step(
                    Kind.values()[pick(weights, random)],
                    pick(siteWeights, random),
                    random.nextInt(12),
                    random.nextLong()));
        }
        return script;
    }

    private static int pick(int[] weights, SplittableRandom random) {
        int sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        int at = random.nextInt(sum);
        int index = 0;
        while (at >= weights[index]) {
            at -= weights[index++];
        }
        return index;
    }

    World run() {
        return run(null);
    }

    private World run(@Nullable List<String> history) {
        var world = new World(setup, flaws, history);
        for (Step step : script) {
            world.takes(step);
        }
        var random = new SplittableRandom(setup.seed() + 2);
        world.settles(random);
        world.converged();
        world.everythingIsDecided(random);
        world.settles(random);
        world.converged();
        world.isQuiet(random);
        return world;
    }

    @Nullable
    RuntimeException failure() {
        try {
            run();
            return null;
        } catch (RuntimeException broken) {
            return broken;
        }
    }

    /** As few steps of this history as still break a promise. */
    Simulation shrunk() {
        var left = script;
        String promise = promise(failure());
        for (int chunk = Math.max(1, left.size() / 2); chunk > 0; chunk = chunk == 1 ? 0 : chunk / 2) {
            for (int from = left.size() - chunk; from >= 0; from -= chunk) {
                var less = new ArrayList<>(left);
                less.subList(from, from + chunk).clear();
                if (promise(new Simulation(setup, less, flaws).failure()).equals(promise)) {
                    left = less;
                    from = Math.min(from, left.size());
                }
            }
        }
        return new Simulation(setup, left, flaws);
    }

    /** What of a message is the same whatever the rows are. */
    private static String promise(@Nullable RuntimeException broken) {
        String text = String.valueOf(broken);
        return text.substring(0, Math.min(text.length(), 60)).replaceAll("[^a-z ].*", "");
    }

    /** The history as a person reads it, and how it ended. */
    String told() {
        var history = new ArrayList<String>();
        history.add("seed " + setup.seed() + ": " + setup);
        try {
            run(history);
            history.add("every promise was kept");
        } catch (RuntimeException broken) {
            history.add("BROKEN: " + broken);
            if (!(broken instanceof Broken)) {
                history.add("  at " + List.of(broken.getStackTrace()).subList(0, 4));
            }
        }
        return String.join("\n", history);
    }
}
