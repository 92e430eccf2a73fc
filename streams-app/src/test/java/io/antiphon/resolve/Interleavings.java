package io.antiphon.resolve;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * P8 as a law: the same logs, heard in different interleavings, give the same rows.
 *
 * <p>What a site writes depends on what it was sent, so the logs are cut into rounds. In a round every site writes, applies what an earlier
 * round came to, and writes again; then the logs are heard, some only in part, in any interleaving; then the rows are compared. A site
 * never applies what a round came to before its end: that is what makes the contexts the same. A person decides before the logs are heard,
 * about what the last round came to: a decision names the row it was made on, so where it stands among the row's changes is part of what it
 * says, and everything else may come in any order.
 */
final class Interleavings {
    private static final int ROUNDS = 6;

    private final long seed;
    private final Setup setup;

    Interleavings(long seed) {
        this.seed = seed;
        this.setup = Setup.of(seed);
    }

    /** A round's logs, and the rows they came to. */
    record Round(String logs, String rows) {}

    /** What two interleavings make of the same logs, where that is not the same; null where they agree or where the logs differ first. */
    @Nullable
    String difference(long one, long other, Set<Flaw> flaws) {
        try {
            return differenceOf(one, other, flaws);
        } catch (Broken broken) {
            return "seed " + seed + ", " + setup + ": " + broken.getMessage();
        }
    }

    private @Nullable String differenceOf(long one, long other, Set<Flaw> flaws) {
        List<Round> rounds = rounds(one, flaws, null);
        List<Round> others = rounds(other, flaws, null);
        for (int i = 0; i < rounds.size(); i++) {
            if (!rounds.get(i).logs().equals(others.get(i).logs())) {
                return null;
            }
            if (!rounds.get(i).rows().equals(others.get(i).rows())) {
                return "seed " + seed + ", " + setup + ", round " + i + "\n" + history(one, flaws) + "\n---- but\n"
                        + history(other, flaws);
            }
        }
        return null;
    }

    private String history(long interleaving, Set<Flaw> flaws) {
        var history = new ArrayList<String>();
        rounds(interleaving, flaws, history);
        return String.join("\n", history);
    }

    /** The rows after each round, heard in the given interleaving. */
    List<Round> rounds(long interleaving, Set<Flaw> flaws, @Nullable List<String> history) {
        var world = new World(setup, flaws, history);
        var script = new SplittableRandom(seed ^ 0x2545F491L);
        var order = new SplittableRandom(interleaving);
        var rounds = new ArrayList<Round>();
        var ends = new ArrayList<int[]>();
        var decided = new StringBuilder();
        for (int round = 0; round < ROUNDS; round++) {
            decided.append(decides(world, script.split()));
            var heard = new ArrayList<int[]>();
            for (SimulatedSite site : world.sites) {
                heard.add(acts(world, site, ends, script.split(), round == ROUNDS - 1));
            }
            hears(world, heard, order);
            int[] end = new int[setup.partitions()];
            for (int partition = 0; partition < end.length; partition++) {
                world.forget(world.partitions.get(partition));
                end[partition] = world.partitions.get(partition).log.size();
            }
            ends.add(end);
            var came = new Round(logs(world) + decided, rows(world));
            rounds.add(came);
            world.say(() -> "round ended: " + came.rows());
        }
        return rounds;
    }

    private String decides(World world, SplittableRandom random) {
        var decided = new StringBuilder();
        for (int key = 0; key < setup.keys(); key++) {
            Row row = world.randomRow(key, random);
            decided.append(random.nextInt(3) == 0 && world.decides(key, row) ? key + " is " + row : "-");
        }
        return decided.toString();
    }

    /** What a site does in a round, and how far its log is heard in it. */
    private static int[] acts(
            World world, SimulatedSite site, List<int[]> ends, SplittableRandom random, boolean last) {
        int acts = 1 + random.nextInt(4);
        int heardActs = last || random.nextInt(3) > 0 ? acts : random.nextInt(acts);
        int[] heard = lengths(site);
        for (int i = 0; i < acts; i++) {
            world.passes(random.nextInt(5));
            if (random.nextInt(20) == 0 && !world.setup.moves()) {
                world.truncate(site);
            } else if (random.nextInt(20) == 0 && !world.setup.moves()) {
                world.withdraw(site, random.nextInt(world.setup.keys()));
            } else if (random.nextInt(3) > 0) {
                world.write(site, random.split());
            } else if (!ends.isEmpty()) {
                int[] end = ends.get(random.nextInt(ends.size()));
                for (int partition = 0; partition < end.length; partition++) {
                    world.begin(site, partition, end[partition] - site.position[partition]);
                    world.commit(site, partition);
                }
            } else if (random.nextInt(2) == 0) {
                site.skew += random.nextInt(600) - 300;
            }
            if (i < heardActs) {
                heard = lengths(site);
            }
        }
        return heard;
    }

    private static int[] lengths(SimulatedSite site) {
        return site.log.stream().mapToInt(List::size).toArray();
    }

    private static void hears(World world, List<int[]> heard, SplittableRandom order) {
        var logs = new ArrayList<int[]>();
        for (SimulatedSite site : world.sites) {
            int[] until = heard.get(site.index);
            for (int partition = 0; partition < until.length; partition++) {
                logs.add(new int[] {site.index, partition, until[partition]});
            }
        }
        while (!logs.isEmpty()) {
            int[] log = logs.get(order.nextInt(logs.size()));
            SimulatedSite site = world.sites.get(log[0]);
            if (site.captured[log[1]] >= log[2]) {
                logs.remove(log);
            } else {
                world.hear(site, log[1], 1);
            }
            world.read(order.nextInt(world.partitions.size()), order.nextInt(3));
        }
        world.readsAll();
    }

    /** What the logs say, without the versions: those may differ. */
    private static String logs(World world) {
        var logs = new StringBuilder();
        for (SimulatedSite site : world.sites) {
            for (List<SimulatedSite.Entry> log : site.log) {
                for (SimulatedSite.Entry entry : log) {
                    logs.append(entry.change())
                            .append(entry.row())
                            .append(
                                    entry.emptied() == null
                                            ? ""
                                            : entry.emptied().deletes())
                            .append(entry.unwritten().stream()
                                    .map(one -> one.key() + " " + one.refusedAt())
                                    .toList());
                }
                logs.append('|');
            }
        }
        return logs.toString();
    }

    private String rows(World world) {
        var rows = new StringBuilder();
        for (int key = 0; key < setup.keys(); key++) {
            RowState state = world.partitions.get(world.partition(key)).states.get(key);
            rows.append(key)
                    .append('=')
                    .append(state == null || !state.exists() ? null : state.row())
                    .append(' ');
        }
        return rows.toString();
    }
}
