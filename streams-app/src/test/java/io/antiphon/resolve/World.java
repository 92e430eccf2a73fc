package io.antiphon.resolve;

import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.resolve.Setup.Forgets;
import io.antiphon.resolve.SimulatedPartition.Post;
import io.antiphon.resolve.SimulatedPartition.Sent;
import io.antiphon.resolve.SimulatedSite.Batch;
import io.antiphon.resolve.SimulatedSite.Emptied;
import io.antiphon.resolve.SimulatedSite.Entry;
import io.antiphon.resolve.SimulatedSite.Missed;
import io.antiphon.resolve.SimulatedSite.Stored;
import io.antiphon.resolve.SimulatedSite.Unwritten;
import io.antiphon.time.HybridTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A mesh in memory: its sites, their logs, capture, the resolver and the sinks. Whatever is promised is checked at every step. */
final class World {
    private static final long BEGINNING = 10_000;
    private static final long MAX_SKEW = 300;
    private static final int ROUNDS = 60;
    private static final int TRIES = 100;

    final Setup setup;
    private final Set<Flaw> flaws;
    private final Resolver resolver;
    private final Moving moving;
    private final @Nullable MovesOracle moves;
    private int lastValue;
    final List<SimulatedSite> sites = new ArrayList<>();
    final List<SimulatedPartition> partitions = new ArrayList<>();
    final List<Oracle> oracles = new ArrayList<>();
    /** The rows of each site as far as its log has been heard. */
    private final @Nullable Row[][] heardRows;

    private final @Nullable List<String> history;
    private long time = BEGINNING;
    int decisions;
    int conflicts;
    int sentAgain;
    int refusals;
    int writes;
    int accepted;
    int refusedDecisions;
    private final List<Glance> glances = new ArrayList<>();

    /** What a person saw of a row that had an open conflict, and the changes the row was made of then. */
    private record Glance(int key, OpenConflict open, BitSet made) {}

    World(Setup setup, Set<Flaw> flaws, @Nullable List<String> history) {
        this.setup = setup;
        this.flaws = flaws;
        this.history = history;
        resolver = new Resolver(setup.sites());
        moving = new Moving(resolver);
        for (SiteId id : setup.sites()) {
            sites.add(new SimulatedSite(id, sites.size(), setup));
        }
        for (int partition = 0; partition < setup.partitions(); partition++) {
            partitions.add(new SimulatedPartition(setup.sites()));
        }
        for (int key = 0; key < setup.keys(); key++) {
            oracles.add(
                    setup.moves() && key > 0
                            ? oracles.get(0).ofAnotherKey(setup.sites())
                            : new Oracle(setup.columns(), setup.sites()));
        }
        moves = setup.moves() ? new MovesOracle(setup.columns(), oracles.get(0).changes) : null;
        heardRows = new Row[sites.size()][setup.keys()];
        begins(new SplittableRandom(setup.seed() + 1));
    }

    /** Rows that stand at the sites already, written before and after each was prepared, are found by its snapshot. */
    private void begins(SplittableRandom random) {
        for (SimulatedSite site : sites) {
            site.skew = random.nextInt(400) - 200;
            site.preparedAt = now(site);
            for (int key = 0; key < setup.keys(); key++) {
                if (random.nextInt(10) < setup.prefilled()) {
                    Row row = randomRow(key, random);
                    long commitTime = now(site) + random.nextInt(40) - 30;
                    site.rows[key] = new Stored(row, commitTime, false);
                    long known = Math.min(commitTime, time + MAX_SKEW);
                    Change change = oracle(key)
                            .wrote(
                                    site.index,
                                    key,
                                    Operation.INSERT,
                                    null,
                                    row,
                                    site.made[key],
                                    0,
                                    true,
                                    HybridTime.begun(known));
                    oracle(key).committed(change, known);
                    site.logs(partition(key), key, new Heard.Found(site.id, row, known, now(site)), change, row);
                    say(() -> site.id + " had " + change + " @" + commitTime + ", prepared @" + site.preparedAt);
                }
            }
        }
    }

    void takes(Step step) {
        time += step.salt() & 3;
        SimulatedSite site = sites.get(step.site() % sites.size());
        int partition = step.partition() % partitions.size();
        int some = 1 + (int) (step.salt() >>> 8 & 7);
        switch (step.kind()) {
            case WRITE -> write(site, new SplittableRandom(step.salt()));
            case HEAR -> hear(site, partition, some);
            case APPLY -> {
                begin(site, partition, some);
                commit(site, partition);
            }
            case BEGIN -> begin(site, partition, some);
            case COMMIT -> commit(site, partition);
            case CRASH -> crash(site, partition);
            case REPLAY -> replay(site, partition, some);
            case CLOCK -> {
                site.skew += (int) (step.salt() >>> 16 & 1023) - 512;
                say(() -> "clock of " + site.id + " jumps to " + now(site));
            }
            case REWRITE -> rewrite(site);
            case TRUNCATE -> {
                if (!setup.moves()) {
                    truncate(site);
                }
            }
            case WITHDRAW -> {
                if (!setup.moves()) {
                    withdraw(site, (int) (step.salt() >>> 16 & 0xFF) % setup.keys());
                }
            }
            case BLIND -> site.blind = !setup.moves();
            case LOSE_SLOT -> {
                if (!setup.moves()) {
                    losesItsSlot(site);
                }
            }
            case FORGET -> forget(partitions.get(partition));
            case DECIDE -> {
                if (!glances.isEmpty()) {
                    var random = new SplittableRandom(step.salt());
                    int back = Math.min(glances.size(), 1 + random.nextInt(3));
                    Glance glance = glances.remove(glances.size() - back);
                    decide(glance, decision(glance, random));
                }
            }
            case READ -> read(partition, some);
        }
    }

    /** Under a policy no oracle can tell what a change that nobody knows the time of should have left. */
    private boolean hasPolicies() {
        return !setup.columns().units().isEmpty() || setup.columns().deletes() != Deletes.LAST_WRITER_WINS;
    }

    void passes(long microseconds) {
        time += microseconds;
    }

    /** One transaction of an application: one commit time. */
    void write(SimulatedSite site, SplittableRandom random) {
        int operations = random.nextInt(10) < 7 ? 1 : 2 + random.nextInt(2);
        int favourite = random.nextInt(setup.keys());
        long commitTime = now(site);
        for (int i = 0; i < operations; i++) {
            int key = random.nextInt(3) == 0 ? random.nextInt(setup.keys()) : favourite;
            if (!site.isLocked(key, partition(key))) {
                writeOne(site, key, random, commitTime);
            }
        }
    }

    private void writeOne(SimulatedSite site, int key, SplittableRandom random, long commitTime) {
        Stored stored = site.rows[key];
        if (stored == null) {
            if (random.nextInt(4) > 0) {
                writeOne(site, key, Operation.INSERT, null, randomRow(key, random), commitTime);
            }
        } else if (setup.moves() && random.nextInt(3) == 0) {
            move(site, key, random, commitTime);
        } else if (random.nextInt(4) == 0) {
            writeOne(site, key, Operation.DELETE, stored.row(), null, commitTime);
        } else {
            writeOne(site, key, Operation.UPDATE, stored.row(), changed(stored.row(), random, 2), commitTime);
        }
    }

    /** The row with some values changed; in {@code often} of five. */
    private Row changed(Row row, SplittableRandom random, int often) {
        @Nullable Object[] values = row.values().clone();
        for (int column = setup.moves() ? 2 : 1; column < values.length; column++) {
            if (random.nextInt(5) < often) {
                values[column] = value(column, random);
            }
        }
        return Row.owning(values);
    }

    private Object value(int column, SplittableRandom random) {
        return setup.moves() ? ++lastValue : setup.value(column, random);
    }

    /** Gives a row another key that no row has at the site. */
    private void move(SimulatedSite site, int key, SplittableRandom random, long commitTime) {
        int to = random.nextInt(setup.keys());
        Stored stored = site.rows[key];
        if (stored == null || site.rows[to] != null || site.isLocked(to, partition(to))) {
            return;
        }
        @Nullable Object[] values = changed(stored.row(), random, 1).values().clone();
        values[0] = to;
        Row before = stored.row();
        Row after = Row.owning(values);
        site.rows[key] = null;
        site.rows[to] = new Stored(after, commitTime, false);
        site.made[to].or(site.made[key]);
        long timely = Math.min(commitTime, time + MAX_SKEW);
        Change change = oracle(key)
                .wrote(site.index, key, Operation.UPDATE, before, after, site.made[to], site.lives[key], false, timely);
        site.made[key].set(change.id());
        // Moves are told apart by 64 microseconds: here every one counts.
        var move = new Move(site.id, commitTime << 6, site.nextPosition(), rowKey(key), rowKey(to));
        var delete = new Heard.Local(site.id, Operation.DELETE, before, null, commitTime, timely);
        var insert = new Heard.Local(site.id, Operation.INSERT, null, after, commitTime, timely);
        boolean unlinked = flaws.contains(Flaw.MOVE_TAKEN_AS_DELETE_AND_INSERT);
        var keys = new BitSet();
        keys.set(0);
        Row old = flaws.contains(Flaw.BROUGHT_ALONG_TAKEN_AS_WRITTEN) ? null : before;
        site.logs(partition(key), key, unlinked ? delete : new Heard.Departed(delete, move), change, null);
        site.logs(partition(to), to, unlinked ? insert : new Heard.Arrived(insert, move, old, keys), change, after);
        say(() -> site.id + " moves row " + key + " to " + to + ": " + change + " @" + commitTime);
    }

    private static RowKey rowKey(int key) {
        return RowKey.of(List.of(key));
    }

    private static int key(RowKey rowKey) {
        return Integer.parseInt(rowKey.values().get(0));
    }

    /** The resolver reads letters that rows of other keys have written. */
    void read(int index, int count) {
        SimulatedPartition partition = partitions.get(index);
        for (int i = 0; i < count && partition.lettersRead < partition.letters.size(); i++) {
            Post post = partition.letters.get(partition.lettersRead++);
            int key = key(post.letter().to());
            if (post.letter() instanceof Letter.Returned
                    || arrived(partition, key, post.letter().move())) {
                oracle(key).told.or(post.carries());
            } else {
                partition.early.add(post);
            }
            say(() -> "  resolver reads at row " + key + ": " + post.letter());
            RowState was = partition.states.get(key);
            if (was != null
                    && post.letter() instanceof Letter.Carried
                    && flaws.contains(Flaw.WRITTEN_TAKEN_AS_BROUGHT_ALONG)) {
                was = was.with(ColumnClocks.of(was.clocks().base().ancient()));
            }
            moved(partition, key, moving.read(was, journey(partition, key), post.letter(), setup.columns(), partition));
        }
    }

    int lettersWritten() {
        return partitions.stream()
                .mapToInt(partition -> partition.letters.size())
                .sum();
    }

    /** The resolver reads letters until there are none. */
    void readsAll() {
        while (partitions.stream().anyMatch(SimulatedPartition::hasLetters)) {
            for (int partition = 0; partition < partitions.size(); partition++) {
                read(partition, Integer.MAX_VALUE);
            }
        }
    }

    private static boolean arrived(SimulatedPartition partition, int key, Move move) {
        return journey(partition, key).arrivals().stream()
                .anyMatch(arrival -> arrival.move().equals(move));
    }

    private static Journey journey(SimulatedPartition partition, int key) {
        return partition.journeys.getOrDefault(key, Journey.NONE);
    }

    private void moved(SimulatedPartition partition, int key, Moved moved) {
        Journey journey = moved.journey();
        if (flaws.contains(Flaw.EARLY_LETTER_THROWN_AWAY)) {
            journey = new Journey(journey.formers(), journey.arrivals(), List.of());
        }
        partition.journeys.put(key, journey);
        if (journey.isOver()) {
            partition.journeys.remove(key);
        }
        for (Outcome outcome : moved.outcomes()) {
            becomes(partition, key, outcome);
        }
        for (Letter letter : moved.letters()) {
            posts(key, letter);
        }
    }

    private void posts(int from, Letter letter) {
        say(() -> "  row " + from + " writes " + letter);
        boolean lost = letter instanceof Letter.Carried && flaws.contains(Flaw.LATE_UPDATE_NOT_CARRIED)
                || letter instanceof Letter.Recalled && flaws.contains(Flaw.BEATEN_MOVE_NOT_RECALLED)
                || letter instanceof Letter.Returned returned
                        && !returned.last()
                        && flaws.contains(Flaw.RETURNED_THROWN_AWAY);
        if (!lost) {
            BitSet carries = Objects.requireNonNull(moves).carriedBy(letter, oracle(from).told);
            partitions.get(partition(key(letter.to()))).letters.add(new Post(letter, carries));
        }
    }

    private void writeOne(
            SimulatedSite site,
            int key,
            Operation operation,
            @Nullable Row before,
            @Nullable Row after,
            long commitTime) {
        site.rows[key] = after == null ? null : new Stored(after, commitTime, false);
        long timely = Math.min(commitTime, time + MAX_SKEW);
        Change change = oracle(key)
                .wrote(site.index, key, operation, before, after, site.made[key], site.lives[key], false, timely);
        Row logged = operation == Operation.UPDATE && before != null && after != null ? logged(before, after) : after;
        site.logs(
                partition(key),
                key,
                new Heard.Local(site.id, operation, before, logged, commitTime, timely),
                change,
                after);
        say(() -> site.id + " writes row " + key + ": " + change + " @" + commitTime);
    }

    private Row logged(Row before, Row after) {
        int last = setup.columns().count() - 1;
        if (!setup.lazyValues() || !before.agrees(after, last)) {
            return after;
        }
        @Nullable Object[] values = after.values().clone();
        values[last] = Row.ABSENT;
        return Row.owning(values);
    }

    void hear(SimulatedSite site, int partition, int count) {
        List<Entry> log = site.log.get(partition);
        for (int i = 0; i < count && site.captured[partition] < log.size(); i++) {
            Entry entry = log.get(site.captured[partition]++);
            SimulatedPartition into = partitions.get(partition);
            if (entry.position() > into.watermark[site.index] || flaws.contains(Flaw.REPLAYS_NOT_DROPPED)) {
                into.watermark[site.index] = entry.position();
                hear(site, into, entry);
            }
        }
    }

    private void hear(SimulatedSite site, SimulatedPartition partition, Entry entry) {
        if (entry.heard() != null) {
            if (site.blind) {
                site.blind = false;
                misses(site, partition, entry);
                return;
            }
            mends(site, partition, entry.key(), entry.heard());
            heardRows[site.index][entry.key()] = entry.row();
            hear(site, partition, entry.key(), entry.heard(), entry.change());
            return;
        }
        if (entry.emptied() != null) {
            hear(site, partition, entry.emptied());
            return;
        }
        for (Unwritten unwritten : entry.unwritten()) {
            Long refusedAt = unwritten.refusedAt();
            if (site.missed[unwritten.key()] != null) {
                continue;
            }
            if (refusedAt == null) {
                hear(site, partition, unwritten.key(), new Heard.Absent(site.id, unwritten.version()), null);
            } else if (!flaws.contains(Flaw.REFUSAL_NOT_ANSWERED)) {
                hear(
                        site,
                        partition,
                        unwritten.key(),
                        new Heard.Refused(site.id, unwritten.version(), refusedAt),
                        null);
            }
        }
        if (entry.answered() < partition.answered[site.index] && flaws.isEmpty()) {
            throw new Broken("an answer went back");
        }
        partition.answered[site.index] = entry.answered();
        say(() -> "  resolver hears " + site.id + " answer " + entry.answered());
        if (setup.forgets() == Forgets.ON_ANSWER) {
            forget(partition);
            tidy(partition);
        }
    }

    /** A record of a row that cannot be read: the row waits for the next one, which shows what this one left. */
    private void misses(SimulatedSite site, SimulatedPartition partition, Entry entry) {
        int key = entry.key();
        Missed before = site.missed[key];
        boolean only = before == null && entry.change() != null && entry.heard() instanceof Heard.Local;
        long answered = before == null ? partition.answered[site.index] : before.answered();
        site.missed[key] = new Missed(only ? entry.change() : null, answered);
        if (!only || hasPolicies()) {
            oracle(key).blurs();
        }
        say(() -> "  resolver cannot read " + site.id + " row " + key);
    }

    private void mends(SimulatedSite site, SimulatedPartition partition, int key, Heard next) {
        Missed missed = site.missed[key];
        if (missed != null && !(next instanceof Heard.Found) && !flaws.contains(Flaw.UNREADABLE_FORGOTTEN)) {
            shows(site, partition, key, missed, next.before());
        }
        site.missed[key] = null;
    }

    /** What was missed left this row. */
    private void shows(SimulatedSite site, SimulatedPartition partition, int key, Missed missed, @Nullable Row before) {
        heardRows[site.index][key] = before;
        RowState was = remembered(partition, key);
        var stands = Heard.Stands.undated(site.id, before, partition.answered[site.index]);
        boolean unseen = missed.change() != null && changesNothing(was, stands, asFarAsRead(partition, key));
        boolean forgot = was != null && was.at(site.id).forgot() > 0;
        // A delete yields to values that were superseded elsewhere, too: that nobody lost is all there is to ask.
        if (unseen || forgot || before == null) {
            oracle(key).blurs();
        }
        hear(site, partition, key, stands, unseen ? null : missed.change());
    }

    private boolean changesNothing(@Nullable RowState was, Heard heard, Partition partition) {
        return resolver.hear(was, heard, setup.columns(), partition) instanceof Outcome.Noted;
    }

    /** What a site answered since a record of the row could not be read says nothing of the row. */
    private Partition asFarAsRead(SimulatedPartition partition, int key) {
        Partition read = partition;
        for (SimulatedSite site : sites) {
            Missed missed = site.missed[key];
            if (missed != null) {
                read = read.unreadSince(site.id, missed.answered());
            }
        }
        return read;
    }

    private void hear(SimulatedSite site, SimulatedPartition partition, Emptied emptied) {
        boolean truncated = emptied.commitTime() > 0;
        if (flaws.contains(truncated ? Flaw.TRUNCATE_NOT_HEARD : Flaw.NOT_SHOWN_AGAIN_KEPT)) {
            return;
        }
        for (int key = 0; key < setup.keys(); key++) {
            if (partitions.get(partition(key)) != partition || emptied.kept().get(key)) {
                continue;
            }
            boolean missed = site.missed[key] != null;
            if (missed) {
                oracle(key).blurs();
                if (!truncated) {
                    continue;
                }
            }
            heardRows[site.index][key] = null;
            Change delete = emptied.deletes().get(key);
            long before = partition.lastVersion;
            long answered = partition.answered[site.index];
            var dated = new Heard.Stands(site.id, null, emptied.commitTime(), emptied.time(), answered);
            hear(site, partition, key, missed ? Heard.Stands.undated(site.id, null, answered) : dated, delete);
            site.missed[key] = null;
            if (delete == null && truncated && !oracle(key).isBlurred() && partition.lastVersion > before) {
                throw new Broken(site.id + " is taken to have had row " + key + " when it was truncated");
            }
        }
    }

    private void hear(SimulatedSite site, SimulatedPartition partition, int key, Heard heard, @Nullable Change change) {
        RowState was = remembered(partition, key);
        Row standing = was == null || !was.exists() ? null : was.row();
        decisions++;
        if (moves != null) {
            hearOfMoves(partition, key, was, heard, change);
            return;
        }
        Outcome outcome = Flawed.hear(flaws, resolver, was, heard, setup.columns(), asFarAsRead(partition, key));
        say(() -> "  resolver hears " + Told.of(heard) + (change == null ? "" : " (#" + change.id() + ")"));
        isAcknowledged(heard, outcome);
        if (change != null) {
            oracle(key).judge(change, standing, outcome);
        }
        becomes(partition, key, outcome);
    }

    private void hearOfMoves(
            SimulatedPartition partition, int key, @Nullable RowState was, Heard heard, @Nullable Change change) {
        say(() -> "  resolver hears " + Told.of(heard) + (change == null ? "" : " (#" + change.id() + ")"));
        Moved moved = Flawed.hear(flaws, moving, was, journey(partition, key), heard, setup.columns(), partition);
        isAcknowledged(heard, moved.outcomes().get(0));
        BitSet told = oracle(key).told;
        if (change != null) {
            told.set(change.id());
        }
        if (change != null && heard instanceof Heard.Arrived arrived) {
            told.or(change.past());
            partition.early.removeIf(post -> {
                boolean mine = post.letter().move().equals(arrived.move());
                if (mine) {
                    told.or(post.carries());
                }
                return mine;
            });
        }
        moved(partition, key, moved);
    }

    private static void isAcknowledged(Heard heard, Outcome outcome) {
        if (outcome instanceof Outcome.Held || heard instanceof Heard.Echo && !isAcknowledgement(outcome)) {
            throw new Broken("an echo of an outcome was taken for something else: " + outcome);
        }
    }

    private void becomes(SimulatedPartition partition, int key, Outcome outcome) {
        RowState state = outcome.state();
        say(() -> "      -> " + key + ": " + Told.of(outcome));
        if (moves != null && outcome instanceof Outcome.Decided decided) {
            moves.logs(decided.disagreement());
        }
        if (state == null) {
            partition.states.remove(key);
            return;
        }
        partition.states.put(key, state);
        holdersHold(key, state);
        if (!(outcome instanceof Outcome.Noted)) {
            send(partition, key, state, outcome);
        }
        if (setup.parks()) {
            parks(partition, key, outcome);
        }
    }

    private void parks(SimulatedPartition partition, int key, Outcome outcome) {
        OpenConflict was = partition.open.get(key);
        OpenConflict open = OpenConflict.after(was, outcome);
        if (open != null && open != was) {
            partition.open.put(key, open);
            glances.add(new Glance(key, open, (BitSet) oracle(key).told.clone()));
        }
    }

    /** A person decides about what was seen at a glance, which may be long ago. */
    private void decide(Glance glance, Decision decision) {
        int key = glance.key();
        SimulatedPartition partition = partitions.get(partition(key));
        RowState was = remembered(partition, key);
        Row standing = was == null || !was.exists() ? null : was.row();
        OpenConflict open = partition.open.get(key);
        Verdict verdict =
                Flawed.decide(flaws, resolver, was, open, decision, setup.columns(), asFarAsRead(partition, key));
        say(() -> "a person decides on row " + key + " " + decision + "\n      -> " + verdict);
        boolean unchanged = !oracle(key).isBlurred() && glance.made().equals(oracle(key).told);
        if (!(verdict instanceof Verdict.Accepted acceptance)) {
            refusedDecisions++;
            if (unchanged && !(verdict instanceof Verdict.NoSuchSide)) {
                throw new Broken("a decision was refused though nothing had changed: " + verdict);
            }
            return;
        }
        accepted++;
        RowState state = acceptance.outcome().state();
        Change change = oracle(key)
                .decided(
                        sites.size(),
                        key,
                        standing,
                        asDecided(decision, glance.open(), was),
                        glance.made(),
                        about(decision, glance.open()),
                        state.writeTime());
        oracle(key).judge(change, standing, acceptance.outcome());
        partition.states.put(key, state);
        partition.open.remove(key);
        holdersHold(key, state);
        send(partition, key, state, acceptance.outcome());
    }

    /** Somebody who looks first decides that the row is this one; whether there was anything to decide. */
    boolean decides(int key, Row row) {
        OpenConflict open = partitions.get(partition(key)).open.get(key);
        if (open != null) {
            decide(
                    new Glance(key, open, (BitSet) oracle(key).told.clone()),
                    new Decision.Write(open.version(), row, setup.columns().all(), time));
        }
        return open != null;
    }

    private Decision decision(Glance glance, SplittableRandom random) {
        long seen = glance.open().version();
        int way = random.nextInt(10);
        if (way == 0) {
            return new Decision.Write(seen, null, new BitSet(), time);
        }
        if (way < 4) {
            return new Decision.Write(
                    seen, randomRow(glance.key(), random), setup.columns().all(), time);
        }
        List<OpenConflict.Side> sides = glance.open().sides();
        SiteId site = way == 4
                ? setup.sites().get(random.nextInt(sites.size()))
                : sides.get(random.nextInt(sides.size())).site();
        return new Decision.Keep(seen, site, time);
    }

    private static BitSet about(Decision decision, OpenConflict open) {
        var about = new BitSet();
        open.sides().forEach(side -> about.or(side.columns()));
        if (decision instanceof Decision.Write write) {
            about.or(write.columns());
        }
        return about;
    }

    /** The row a person would expect of the decision. */
    private static @Nullable Row asDecided(Decision decision, OpenConflict open, @Nullable RowState was) {
        if (decision instanceof Decision.Write write) {
            return write.row();
        }
        OpenConflict.Side kept = open.of(((Decision.Keep) decision).site()).orElseThrow();
        Row wrote = kept.wrote().row();
        Row standing = was == null ? null : was.row();
        if (wrote == null || standing == null || was == null || !was.exists()) {
            return wrote == null || standing == null ? wrote : wrote.filledFrom(standing);
        }
        @Nullable Object[] values = standing.values().clone();
        kept.columns().stream()
                .filter(column -> !wrote.isAbsent(column))
                .forEach(column -> values[column] = wrote.value(column));
        return Row.owning(values);
    }

    /** What is still open is decided by somebody who looks first. */
    void everythingIsDecided(SplittableRandom random) {
        for (SimulatedPartition partition : partitions) {
            for (int key : List.copyOf(partition.open.keySet())) {
                int tries = 0;
                for (OpenConflict open = partition.open.get(key); open != null; open = partition.open.get(key)) {
                    if (++tries > TRIES) {
                        throw new Broken("a conflict stays open whatever a person decides: " + open);
                    }
                    var glance = new Glance(key, open, (BitSet) oracle(key).told.clone());
                    decide(glance, decision(glance, random));
                }
            }
        }
    }

    private static boolean isAcknowledgement(Outcome outcome) {
        return outcome instanceof Outcome.Noted || outcome instanceof Outcome.SentAgain;
    }

    private void send(SimulatedPartition partition, int key, RowState state, Outcome outcome) {
        conflicts += outcome instanceof Outcome.Decided ? 1 : 0;
        sentAgain += outcome instanceof Outcome.SentAgain ? 1 : 0;
        if (state.version() <= partition.lastVersion) {
            throw new Broken("version " + state.version() + " is not above " + partition.lastVersion);
        }
        partition.lastVersion = state.version();
        partition.log.add(new Sent(
                state.version(),
                key,
                state.exists() ? state.row() : null,
                state.sites(),
                (BitSet) oracle(key).told.clone(),
                partition.watermark.clone()));
    }

    private void holdersHold(int key, RowState state) {
        for (SiteView view : state.sites()) {
            Row there = heardRows[setup.sites().indexOf(view.site())][key];
            boolean known = sites.get(setup.sites().indexOf(view.site())).missed[key] == null;
            if (known && view.held() == state.version() && !Oracle.agree(there, state.exists() ? state.row() : null)) {
                throw new Broken("row " + key + ": " + view.site() + " is taken to hold "
                        + (state.exists() ? state.row() : null) + " but holds " + there);
            }
        }
    }

    private @Nullable RowState remembered(SimulatedPartition partition, int key) {
        RowState was = partition.states.get(key);
        if (was == null || was.exists() || partition.journeys.containsKey(key)) {
            return was;
        }
        boolean dropped = flaws.contains(Flaw.TOMBSTONE_DROPPED_EARLY)
                || setup.forgets() == Forgets.ON_READ && isForgettable(key, was, partition);
        return dropped ? null : was;
    }

    /** Where a record could not be read, the delete has yet to meet what it said. */
    private boolean isForgettable(int key, RowState state, SimulatedPartition partition) {
        return !state.exists()
                && resolver.isStable(state.version(), partition)
                && !partition.journeys.containsKey(key)
                && (!partition.open.containsKey(key) || flaws.contains(Flaw.OPEN_CONFLICT_FORGOTTEN))
                && sites.stream().allMatch(site -> site.missed[key] == null);
    }

    private void tidy(SimulatedPartition partition) {
        partition.states.replaceAll((key, state) ->
                sites.stream().allMatch(site -> site.missed[key] == null) ? resolver.tidied(state, partition) : state);
    }

    void forget(SimulatedPartition partition) {
        for (int key : List.copyOf(partition.journeys.keySet())) {
            moved(
                    partition,
                    key,
                    moving.settle(partition.states.get(key), journey(partition, key), setup.columns(), partition));
            if (flaws.contains(Flaw.FORMER_ROW_FORGOTTEN_EARLY)) {
                partition.journeys.remove(key);
            }
        }
        partition.states.entrySet().removeIf(of -> isForgettable(of.getKey(), of.getValue(), partition));
    }

    private void replay(SimulatedSite site, int partition, int count) {
        site.captured[partition] = Math.max(0, site.captured[partition] - count);
        say(() -> "capture of " + site.id + " repeats " + count);
    }

    /** The sink reads records and runs its statements; nothing is visible yet, what it wrote is locked. */
    void begin(SimulatedSite site, int partition, int count) {
        List<Sent> resolved = partitions.get(partition).log;
        if (site.open[partition] != null || count <= 0 || site.position[partition] == resolved.size()) {
            return;
        }
        var batch = new Batch();
        batch.to = Math.min(resolved.size(), site.position[partition] + count);
        var newest = new TreeMap<Integer, Sent>();
        for (int offset = site.position[partition]; offset < batch.to; offset++) {
            newest.put(resolved.get(offset).key(), resolved.get(offset));
        }
        batch.mark = mark(resolved, site.position[partition], batch.to);
        say(() -> site.id + " begins to apply " + partition + ":" + site.position[partition] + ".." + batch.to
                + " marked " + batch.mark);
        for (Sent sent : newest.values()) {
            attempt(site, batch, sent);
        }
        site.open[partition] = batch;
        if (flaws.contains(Flaw.ANSWERED_BEFORE_APPLIED)) {
            partitions.get(partition).answered[site.index] = batch.mark;
        }
    }

    private long mark(List<Sent> resolved, int from, int to) {
        if (flaws.contains(Flaw.ONE_MARK_FOR_ALL_PARTITIONS)) {
            return partitions.stream().mapToLong(one -> one.lastVersion).max().orElseThrow();
        }
        return resolved.get(flaws.contains(Flaw.MARK_OF_THE_FIRST_OF_A_BATCH) ? from : to - 1)
                .version();
    }

    private void attempt(SimulatedSite site, Batch batch, Sent sent) {
        Stored stored = site.rows[sent.key()];
        if (sent.heldBy(site.id) || flaws.contains(Flaw.HOLDERS_NOT_CORRECTED) && sent.row() == null) {
            batch.skips.add(sent);
        } else if (stored == null && sent.row() == null) {
            batch.unwritten.add(new Unwritten(sent.key(), sent.version(), null));
            batch.absent.add(sent);
        } else if (stored == null || admits(site, sent.view(site.id), stored)) {
            if (stored != null) {
                overwritesNothingUnseen(site, sent, stored);
            }
            batch.writes.add(sent);
            batch.locked.set(sent.key());
        } else {
            batch.unwritten.add(new Unwritten(sent.key(), sent.version(), stored.commitTime()));
            refusals++;
            say(() -> "  refused: row " + sent.key() + " version " + sent.version() + ", there is " + stored);
        }
    }

    private boolean admits(SimulatedSite site, @Nullable SiteView view, Stored stored) {
        if (stored.ours() || flaws.contains(Flaw.GUARD_OFF)) {
            return true;
        }
        if (view != null && flaws.contains(Flaw.GUARD_ADMITS_EVERYTHING_OLDER)) {
            return stored.commitTime() <= view.lastLocal();
        }
        return view != null && isNamed(site, view, stored);
    }

    private static boolean isNamed(SimulatedSite site, SiteView view, Stored stored) {
        return view.lastLocal() != 0 && view.lastLocal() == stored.commitTime()
                || view.snapshot() && stored.commitTime() <= site.preparedAt;
    }

    /** The table is emptied; one record in each partition says so, and of no row. */
    void truncate(SimulatedSite site) {
        if (!site.isIdle()) {
            return;
        }
        long commitTime = now(site);
        long timely = Math.min(commitTime, time + MAX_SKEW);
        var deletes = new TreeMap<Integer, Change>();
        for (int key = 0; key < setup.keys(); key++) {
            Stored stored = site.rows[key];
            if (stored != null) {
                site.rows[key] = null;
                deletes.put(
                        key,
                        oracle(key)
                                .wrote(
                                        site.index,
                                        key,
                                        Operation.DELETE,
                                        stored.row(),
                                        null,
                                        site.made[key],
                                        site.lives[key],
                                        false,
                                        timely));
            }
        }
        for (int partition = 0; partition < partitions.size(); partition++) {
            int here = partition;
            var ofThese = new TreeMap<>(deletes);
            ofThese.keySet().removeIf(key -> partition(key) != here);
            site.empties(partition, new Emptied(new BitSet(), ofThese, commitTime, timely));
        }
        say(() -> site.id + " truncates: " + deletes);
    }

    /** A row that another needs the place of is taken away; nobody deletes it. */
    void withdraw(SimulatedSite site, int key) {
        Stored stored = site.rows[key];
        if (stored == null || site.isLocked(key, partition(key))) {
            return;
        }
        site.rows[key] = null;
        site.lives[key] = oracle(key).newestLife(site.made[key]) + 1;
        site.made[key].clear();
        site.logs(partition(key), key, new Heard.Lost(site.id, stored.row()), null, null);
        say(() -> "row " + key + " is withdrawn at " + site.id);
    }

    /** What was not captured yet is lost; the site is read anew, its position rows first. */
    private void losesItsSlot(SimulatedSite site) {
        for (int partition = 0; partition < partitions.size(); partition++) {
            List<Entry> log = site.log.get(partition);
            log.subList(site.captured[partition], log.size()).clear();
            Entry answer = site.answer[partition];
            if (answer != null) {
                site.answers(partition, answer.answered(), List.of());
            }
        }
        var shown = new BitSet();
        for (int key = 0; key < setup.keys(); key++) {
            oracle(key).blurs();
            Stored stored = site.rows[key];
            if (stored != null) {
                shown.set(key);
                var found = new Heard.Found(
                        site.id, stored.row(), Math.min(stored.commitTime(), time + MAX_SKEW), now(site));
                site.logs(partition(key), key, found, null, stored.row());
            }
        }
        for (int partition = 0; partition < partitions.size(); partition++) {
            site.empties(partition, new Emptied(shown, new TreeMap<>(), 0, 0));
        }
        say(() -> site.id + " loses its slot and is read anew, with rows " + shown);
    }

    /** But for a change that happens to have the very commit time that the outcome names. */
    private void overwritesNothingUnseen(SimulatedSite site, Sent sent, Stored stored) {
        SiteView view = sent.view(site.id);
        boolean named = view != null && isNamed(site, view, stored);
        if (!named && !oracle(sent.key()).isBlurred() && !Oracle.isSubset(site.made[sent.key()], sent.made())) {
            throw new Broken("an unseen local change of row " + sent.key() + " is overwritten at " + site.id + " by "
                    + sent.row());
        }
    }

    void commit(SimulatedSite site, int partition) {
        Batch batch = site.open[partition];
        if (batch == null) {
            return;
        }
        site.open[partition] = null;
        site.position[partition] = batch.to;
        long commitTime = now(site);
        for (Sent sent : batch.writes) {
            Row before = site.row(sent.key());
            neverGoesBack(site, sent);
            site.rows[sent.key()] = sent.row() == null ? null : new Stored(sent.row(), commitTime, true);
            site.made[sent.key()] = (BitSet) sent.made().clone();
            site.logs(
                    partition,
                    sent.key(),
                    new Heard.Echo(site.id, batch.mark, before, sent.row(), commitTime),
                    null,
                    sent.row());
            writes++;
            say(() -> "  " + site.id + " row " + sent.key() + " becomes " + sent.row() + " version " + sent.version());
        }
        for (Sent sent : batch.skips) {
            if (site.written[sent.key()] <= sent.heard()[site.index]
                    && Oracle.agree(site.row(sent.key()), sent.row())
                    && Oracle.isSubset(site.made[sent.key()], sent.made())) {
                site.made[sent.key()] = (BitSet) sent.made().clone();
            }
        }
        for (Sent sent : batch.absent) {
            BitSet made = site.made[sent.key()];
            if (site.rows[sent.key()] == null && Oracle.isSubset(made, sent.made())) {
                site.made[sent.key()] = (BitSet) sent.made().clone();
            }
        }
        site.answers(partition, batch.mark, batch.unwritten);
        say(() -> site.id + " commits up to " + batch.to + " @" + commitTime + " unwritten " + batch.unwritten);
    }

    /** P9. */
    private void neverGoesBack(SimulatedSite site, Sent sent) {
        if (sent.version() <= site.applied[sent.key()] && flaws.isEmpty()) {
            throw new Broken("row " + sent.key() + " goes back from " + site.applied[sent.key()] + " to "
                    + sent.version() + " at " + site.id);
        }
        site.applied[sent.key()] = sent.version();
    }

    private void crash(SimulatedSite site, int partition) {
        Batch batch = site.open[partition];
        if (batch != null && flaws.contains(Flaw.POSITION_COMMITTED_BEFORE_ROWS)) {
            site.position[partition] = batch.to;
        }
        site.open[partition] = null;
        say(() -> "sink of " + site.id + " dies");
    }

    /** Every row is written anew, with a new commit time and no record in the log. */
    private void rewrite(SimulatedSite site) {
        if (!site.isIdle()) {
            return;
        }
        for (int key = 0; key < setup.keys(); key++) {
            Stored stored = site.rows[key];
            if (stored != null) {
                site.rows[key] = new Stored(stored.row(), now(site), false);
            }
        }
        say(() -> site.id + " rewrites its table @" + now(site));
    }

    /** Writes stop; everything is heard and applied. */
    void settles(SplittableRandom random) {
        say(() -> "writes stop");
        for (int round = 0; round < ROUNDS; round++) {
            time += 7;
            boolean quiet = true;
            var order = new ArrayList<>(sites);
            order.sort(Comparator.comparingInt(site -> random.nextInt()));
            for (SimulatedSite site : order) {
                for (int partition = 0; partition < partitions.size(); partition++) {
                    quiet &= site.open[partition] == null
                            && site.captured[partition]
                                    == site.log.get(partition).size()
                            && site.position[partition]
                                    == partitions.get(partition).log.size();
                    quiet &= partitions.get(partition).lettersRead
                            == partitions.get(partition).letters.size();
                    read(partition, 1 + random.nextInt(8));
                    commit(site, partition);
                    hear(site, partition, random.nextInt(4) == 0 ? 3 : Integer.MAX_VALUE);
                    begin(site, partition, 1 + random.nextInt(20));
                    commit(site, partition);
                }
            }
            if (quiet && !showsWhatWasMissed()) {
                return;
            }
        }
        throw new Broken("it never becomes quiet");
    }

    /** The way on for a row that is held: its site writes it once more. */
    private boolean showsWhatWasMissed() {
        boolean any = false;
        for (SimulatedSite site : sites) {
            site.blind = false;
            for (int key = 0; key < setup.keys(); key++) {
                if (site.missed[key] == null) {
                    continue;
                }
                any = true;
                Stored stored = site.rows[key];
                if (stored == null) {
                    writeOne(site, key, Operation.INSERT, null, randomRow(key, new SplittableRandom(key)), now(site));
                } else {
                    writeOne(site, key, Operation.UPDATE, stored.row(), stored.row(), now(site));
                }
            }
        }
        return any;
    }

    /** P1. */
    void converged() {
        if (moves != null) {
            moves.judge(resolvedRows());
        }
        for (int key = 0; key < setup.keys(); key++) {
            RowState state = partitions.get(partition(key)).states.get(key);
            Row resolved = state == null || !state.exists() ? null : state.row();
            for (SimulatedSite site : sites) {
                Row row = site.row(key);
                if (row == null ? resolved != null : !row.equals(resolved)) {
                    throw new Broken("row " + key + " is " + row + " at " + site.id + " but resolved as " + resolved);
                }
            }
        }
    }

    private @Nullable Row[] resolvedRows() {
        @Nullable Row[] rows = new Row[setup.keys()];
        for (int key = 0; key < rows.length; key++) {
            RowState state = partitions.get(partition(key)).states.get(key);
            rows[key] = state == null || !state.exists() ? null : state.row();
        }
        return rows;
    }

    /** P5 and P10: a change of a quiet row is written once at every other site, meets no conflict, and leaves nothing to remember. */
    void isQuiet(SplittableRandom random) {
        for (int round = 0; round < 2 * setup.keys(); round++) {
            partitions.forEach(this::forget);
            settles(random);
        }
        for (SimulatedPartition partition : partitions) {
            if (!partition.journeys.isEmpty()) {
                throw new Broken("journeys that never end: " + partition.journeys);
            }
        }
        for (SimulatedPartition partition : partitions) {
            forget(partition);
            partition.states.forEach((key, state) -> {
                if (!state.exists() && !partition.open.containsKey(key)) {
                    throw new Broken("a tombstone stays for ever: " + state);
                }
            });
        }
        int refusalsBefore = -1;
        for (int round = 0; round < 3 || refusals > refusalsBefore; round++) {
            refusalsBefore = refusals;
            for (int key = 0; key < setup.keys(); key++) {
                touch(key, random);
            }
        }
        for (SimulatedPartition partition : partitions) {
            for (RowState state : partition.states.values()) {
                if (state.past().size() > 1
                        || state.clocks().groups().size() > 1
                        || state.contests().registers().size()
                                > setup.columns().units().size()
                        || state.contests().assertions().size() > 0) {
                    throw new Broken("too much is remembered of a quiet row: " + state);
                }
            }
        }
    }

    /** A row that was rewritten is an exception: its new commit time has to be learned by a refusal first. */
    private void touch(int key, SplittableRandom random) {
        SimulatedSite site = sites.get(random.nextInt(sites.size()));
        Stored stored = site.rows[key];
        int before = writes;
        int conflictsBefore = conflicts;
        int refusalsBefore = refusals;
        if (stored == null) {
            return;
        }
        @Nullable Object[] values = stored.row().values().clone();
        values[setup.moves() ? 2 : 1] = value(setup.moves() ? 2 : 1, random);
        writeOne(site, key, Operation.UPDATE, stored.row(), Row.owning(values), now(site));
        settles(random);
        converged();
        if (setup.policy(1) instanceof Policy.Deltas deltas
                && !((SimulatedPolicies.Bounded) deltas.amounts()).isOpen()) {
            return;
        }
        int needed = stored.row().equals(Row.of(values)) ? 0 : sites.size() - 1;
        if (refusals == refusalsBefore && writes - before > needed || conflicts > conflictsBefore) {
            throw new Broken("one change of a quiet row " + key + " was written " + (writes - before)
                    + " times instead of " + needed + " and met " + (conflicts - conflictsBefore) + " conflicts");
        }
    }

    Row randomRow(int key, SplittableRandom random) {
        @Nullable Object[] values = new Object[setup.columns().count()];
        values[0] = key;
        for (int column = 1; column < values.length; column++) {
            values[column] = value(column, random);
        }
        return Row.owning(values);
    }

    Oracle oracle(int key) {
        return oracles.get(key);
    }

    int partition(int key) {
        return key % partitions.size();
    }

    private long now(SimulatedSite site) {
        return Math.max(100, time + site.skew);
    }

    void say(Supplier<String> what) {
        if (history != null) {
            history.add(what.get());
        }
    }
}
