package io.antiphon.resolve;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Disagreement.Kind;
import io.antiphon.resolve.Disagreement.Side;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.resolve.Journey.Arrival;
import io.antiphon.resolve.Journey.Departure;
import io.antiphon.resolve.Journey.Former;
import io.antiphon.time.HybridTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a row's key: rows that leave it, rows that come to it, and letters between the two.
 *
 * <p>A key remembers the rows that had it as what they would be if they were still there, and decides where each went: of several moves the
 * latest stands. Changes that did not know of the move are decided here, and what comes of them is carried to where the row went; there it
 * stands in every column that nobody has written since the move. The key of a move that does not stand gives back what was written there, and
 * that is carried too. So nothing is compared by time that was written under different keys, and nothing depends on the order in which sites
 * are heard.
 *
 * <p>Pure, as the {@link Resolver}, which it asks for everything that happens to the row at the key itself.
 */
public final class Moving {
    static final String RULE = "latest-move";

    private final Resolver resolver;

    /** Moves of rows that this resolver decides. */
    public Moving(Resolver resolver) {
        this.resolver = resolver;
    }

    /** What follows at a key of which {@code was} and {@code journey} are remembered from {@code heard}. */
    public Moved hear(@Nullable RowState was, Journey journey, Heard heard, Columns columns, Partition partition) {
        RowState settled = was == null ? null : Resolver.settled(was, partition);
        if (journey.isOver() && concernsOneRow(settled, heard)) {
            return new Moved(List.of(resolver.hear(settled, heard, columns, partition)), Journey.NONE, List.of());
        }
        var at = new Key(settled, journey, columns, partition);
        if (heard instanceof Heard.Local local) {
            at.changes(local);
        } else if (heard instanceof Heard.Departed departed) {
            at.leaves(departed);
        } else if (heard instanceof Heard.Arrived arrived) {
            at.comes(arrived);
        } else if (heard instanceof Heard.Found found) {
            at.finds(found);
        } else {
            at.acknowledges(heard);
        }
        return at.moved();
    }

    /** Nearly always: a key that no row came to or left, and a change of the row that has it. */
    private static boolean concernsOneRow(@Nullable RowState was, Heard heard) {
        return !(heard instanceof Heard.Departed)
                && !(heard instanceof Heard.Arrived)
                && (was == null || !(heard instanceof Heard.Local local) || Resolver.lifeOf(was, local) == was.life());
    }

    /** What follows at a key from a letter. */
    public Moved read(@Nullable RowState was, Journey journey, Letter letter, Columns columns, Partition partition) {
        var at = new Key(was, journey, columns, partition);
        at.reads(letter);
        return at.moved();
    }

    /** What follows from the answers of the sites: rows that no site can change under this key any more are forgotten. */
    public Moved settle(@Nullable RowState was, Journey journey, Columns columns, Partition partition) {
        var at = new Key(was, journey, columns, partition);
        at.settles();
        return at.moved();
    }

    /** One key while something is heard of it. */
    private final class Key implements Partition {
        private final Columns columns;
        private final Partition partition;
        private final List<Former> formers;
        private final List<Arrival> arrivals;
        private final List<Letter> waiting;
        private final List<Outcome> outcomes = new ArrayList<>();
        private final List<Letter> letters = new ArrayList<>();
        private @Nullable RowState state;
        private long lastVersion;

        Key(@Nullable RowState was, Journey journey, Columns columns, Partition partition) {
            this.state = was == null ? null : Resolver.settled(was, partition);
            this.columns = columns;
            this.partition = partition;
            this.lastVersion = partition.lastVersion();
            this.formers = new ArrayList<>(journey.formers());
            this.arrivals = new ArrayList<>(journey.arrivals());
            this.waiting = new ArrayList<>(journey.waiting());
        }

        @Override
        public long lastVersion() {
            return lastVersion;
        }

        @Override
        public long answered(SiteId site) {
            return partition.answered(site);
        }

        Moved moved() {
            return new Moved(List.copyOf(outcomes), new Journey(formers, arrivals, waiting), List.copyOf(letters));
        }

        void becomes(Outcome outcome) {
            outcomes.add(outcome);
            state = outcome.state();
            lastVersion = state == null ? lastVersion : Math.max(lastVersion, state.version());
        }

        /** What was refused has not been applied: whoever did so may still have the row that had the key before. */
        void acknowledges(Heard heard) {
            Outcome outcome = resolver.hear(state, heard, columns, this);
            becomes(outcome);
            RowState now = state;
            if (now != null && (outcome instanceof Outcome.SentAgain || heard instanceof Heard.Refused)) {
                formers.replaceAll(former -> former.with(former.row(), now.version()));
            }
        }

        void changes(Heard.Local local) {
            RowState was = state;
            Outcome outcome = resolver.hear(was, local, columns, this);
            RowState now = outcome.state();
            if (was != null && now != null) {
                long life = Resolver.lifeOf(was, local);
                if (now.life() > was.life()) {
                    outlives(was, now.version());
                } else if (life < was.life()) {
                    outcome = toFormer(was, life, local, outcome);
                }
            }
            becomes(outcome);
        }

        /** A new life began: of the former one somebody may still write, or say that it left. */
        private void outlives(RowState was, long version) {
            if (!Lives.isLeft(was.life()) && former(was.life()) == null) {
                formers.add(new Former(was.withoutPast(), version, List.of()));
            }
        }

        private Outcome toFormer(RowState was, long life, Heard.Local local, Outcome outcome) {
            Former former = former(life);
            if (former != null) {
                return told(former, was, local, outcome);
            }
            if (local.operation() == Operation.INSERT) {
                formers.add(new Former(first(local, life), version(outcome), List.of()));
            }
            return outcome;
        }

        private static long version(Outcome outcome) {
            return Objects.requireNonNull(outcome.state()).version();
        }

        /** A former row hears of a change; where it went elsewhere, the change lost nothing by coming late. */
        private Outcome told(Former former, RowState was, Heard heard, Outcome outcome) {
            RowState row = former.row().with(was.at(heard.site()));
            Outcome told = resolver.hear(row, heard, columns, unanswered());
            Former now = former.with(Objects.requireNonNull(told.state()).withoutPast(), version(outcome));
            replace(former, now);
            Move where = where(now);
            if (where == null) {
                return outcome;
            }
            passes(former, now);
            boolean deletes = heard instanceof Heard.Local local
                    && local.after() == null
                    && former.row().exists();
            Disagreement between = Resolver.disagreement(told);
            if (between == null && !deletes) {
                between = hidden(former, now, heard, told);
            }
            between = deletes
                    ? new Disagreement(
                            Kind.UPDATE_DELETE,
                            RULE,
                            new BitSet(),
                            where.site(),
                            side(where, former),
                            new Side(
                                    heard.site(),
                                    told.state().existence().writeTime(),
                                    0,
                                    row.at(heard.site()).seen(),
                                    null))
                    : between;
            return Resolver.decided(Objects.requireNonNull(outcome.state()), between);
        }

        /** What was written elsewhere stands over what a change did that knew of no move. */
        private @Nullable Disagreement hidden(Former was, Former now, Heard heard, Outcome told) {
            Row changed = Objects.requireNonNull(now.row().row());
            Row whole = now.whole();
            BitSet hidden = whole.differences(changed);
            hidden.and(Objects.requireNonNull(was.row().row()).differences(changed));
            return hidden.isEmpty()
                    ? null
                    : new Disagreement(
                            Kind.UPDATE_UPDATE,
                            RULE,
                            hidden,
                            Objects.requireNonNull(where(now)).site(),
                            side(Objects.requireNonNull(where(now)), whole, now),
                            new Side(
                                    heard.site(),
                                    Objects.requireNonNull(told.state()).writeTime(),
                                    0,
                                    was.row().at(heard.site()).seen(),
                                    changed));
        }

        /** No site answers for what is not sent. */
        private Partition unanswered() {
            return new Partition() {
                @Override
                public long lastVersion() {
                    return lastVersion;
                }

                @Override
                public long answered(SiteId site) {
                    return 0;
                }
            };
        }

        /** The move by which a former row is elsewhere. */
        private @Nullable Move where(Former former) {
            Move recalled = recalled(former);
            return recalled == null ? former.standing() : recalled;
        }

        private @Nullable Move recalled(Former former) {
            for (Arrival arrival : arrivals) {
                if (arrival.life() == former.row().life() && arrival.recalled() != null) {
                    return arrival.recalled();
                }
            }
            return null;
        }

        private RowState first(Heard.Local local, long life) {
            return Objects.requireNonNull(
                            resolver.first(local, life, columns, this).state())
                    .withoutPast();
        }

        void finds(Heard.Found found) {
            RowState was = state;
            boolean isFirst = was != null && was.at(found.site()).believed() == 0;
            Outcome outcome = resolver.hear(was, found, columns, this);
            Former former = former(0);
            if (was != null && isFirst && was.life() > 0 && former != null) {
                outcome = told(former, was, found, outcome);
            }
            becomes(outcome);
        }

        void leaves(Heard.Departed departed) {
            RowState was = state;
            long life = was == null ? 0 : was.at(departed.site()).life();
            Outcome outcome = resolver.hear(was, departed, columns, this);
            long version = version(outcome);
            if (was != null && was.life() < Lives.left(life)) {
                outlives(was, version);
            }
            Former former = former(life);
            if (former == null) {
                former = new Former(unknown(departed, life), version, List.of());
                formers.add(former);
            }
            Former left = former.leaving(departed.move(), version);
            replace(former, left);
            becomes(Resolver.decided(Objects.requireNonNull(outcome.state()), leaves(former, left, departed)));
        }

        /** A row nothing is known of when it leaves is what it was when it left. */
        private RowState unknown(Heard.Departed departed, long life) {
            Heard.Local change = departed.change();
            Row row = change.before() == null ? Row.unknown(columns.count()) : change.before();
            return first(
                    new Heard.Local(change.site(), Operation.INSERT, null, row, change.commitTime(), HybridTime.NONE),
                    life);
        }

        private @Nullable Disagreement leaves(Former former, Former left, Heard.Departed departed) {
            Move move = departed.move();
            Move recalled = recalled(former);
            Move standing = former.standing();
            if (recalled != null) {
                letters.add(new Letter.Recalled(move, recalled));
                return between(recalled, departed, former, recalled.site());
            }
            if (!move.equals(left.standing())) {
                letters.add(new Letter.Recalled(move, Objects.requireNonNull(standing)));
                return between(standing, departed, former, standing.site());
            }
            Row before = departed.change().before();
            Row whole = left.whole();
            if (before == null || !whole.agrees(before)) {
                letters.add(new Letter.Carried(move, whole));
            }
            if (standing != null) {
                letters.add(new Letter.Recalled(standing, move));
                return between(standing, departed, former, move.site());
            }
            return former.row().exists() ? null : undeleted(former, move, before);
        }

        private @Nullable Disagreement between(Move standing, Heard.Departed departed, Former former, SiteId winner) {
            Move move = departed.move();
            return standing.to().equals(move.to())
                    ? null
                    : new Disagreement(
                            Kind.MOVE_MOVE,
                            RULE,
                            new BitSet(),
                            winner,
                            side(standing, former),
                            new Side(
                                    move.site(),
                                    move.commitTime(),
                                    0,
                                    former.row().at(move.site()).seen(),
                                    departed.change().before(),
                                    move.to()));
        }

        private static Side side(Move move, Former former) {
            return side(move, former.row().row(), former);
        }

        private static Side side(Move move, @Nullable Row row, Former former) {
            return new Side(
                    move.site(),
                    move.commitTime(),
                    former.row().version(),
                    former.row().at(move.site()).seen(),
                    row,
                    move.to());
        }

        /** Who moves a row keeps it: a delete that did not know of that has lost. */
        private static Disagreement undeleted(Former former, Move move, @Nullable Row before) {
            Clock delete = former.row().existence();
            return new Disagreement(
                    Kind.DELETE_UPDATE,
                    RULE,
                    new BitSet(),
                    move.site(),
                    new Side(
                            delete.author(),
                            delete.writeTime(),
                            former.row().version(),
                            former.row().at(delete.author()).madeOn(),
                            null),
                    new Side(
                            move.site(),
                            move.commitTime(),
                            0,
                            former.row().at(move.site()).seen(),
                            before,
                            move.to()));
        }

        /** What has become of a former row is said where it went, or, where that is decided elsewhere, there. */
        private void passes(Former was, Former now) {
            Move recalled = recalled(now);
            Move standing = now.standing();
            if (recalled != null) {
                returns(now, false);
            } else if (standing != null && !now.whole().equals(was.whole())) {
                letters.add(new Letter.Carried(standing, now.whole()));
            }
        }

        private void returns(Former former, boolean last) {
            for (Arrival arrival : arrivals) {
                if (arrival.life() == former.row().life() && arrival.recalled() != null) {
                    BitSet written = former.written(columns.count());
                    written.andNot(arrival.keys());
                    letters.add(new Letter.Returned(arrival.move(), written, former.whole(), arrival.carried(), last));
                }
            }
        }

        void comes(Heard.Arrived arrived) {
            RowState was = state;
            long life = resolver.lifeOf(was, arrived);
            Outcome outcome = resolver.hear(was, arrived, columns, this);
            if (was != null && life < was.life()) {
                formers.add(new Former(resolver.brought(arrived, life, columns, this), version(outcome), List.of()));
            } else if (was != null && life > was.life()) {
                outlives(was, version(outcome));
            }
            becomes(outcome);
            Row after = Objects.requireNonNull(arrived.change().after());
            Row old = arrived.old() == null ? after : arrived.old();
            arrivals.add(new Arrival(arrived.move(), life, old, arrived.keys(), null));
            List<Letter> mine = waiting.stream()
                    .filter(letter -> letter.move().equals(arrived.move()))
                    .toList();
            waiting.removeAll(mine);
            mine.forEach(this::reads);
        }

        /** A letter waits for the row it is about. */
        void reads(Letter letter) {
            if (letter instanceof Letter.Returned returned) {
                takesBack(returned);
                return;
            }
            Arrival arrival = arrival(letter.move());
            if (arrival == null) {
                waiting.add(letter);
            } else if (letter instanceof Letter.Carried carried) {
                into(arrival, carried.row());
            } else if (letter instanceof Letter.Recalled recalled) {
                withdraws(arrival, recalled.by());
            } else {
                closes(arrival);
            }
        }

        private void takesBack(Letter.Returned returned) {
            for (Former former : formers) {
                if (former.departures().stream().anyMatch(one -> one.move().equals(returned.move()))) {
                    Former now = former.with(returned);
                    replace(former, now);
                    passes(former, now);
                    Disagreement between = hidden(former, now, returned);
                    if (between != null) {
                        becomes(new Outcome.Decided(
                                Objects.requireNonNull(resolver.again(Objects.requireNonNull(state), this)
                                        .state()),
                                between));
                    }
                    settles();
                    return;
                }
            }
            throw new IllegalStateException("a row that left by " + returned.move() + " is not remembered");
        }

        /** Of what is given back and what is known here of the row, something the other did not know of does not show. */
        private @Nullable Disagreement hidden(Former was, Former now, Letter.Returned returned) {
            Letter.Returned before = was.back(returned.move());
            Row stood = was.whole();
            Row shows = now.whole();
            var hidden = new BitSet();
            for (int column = returned.columns().nextSetBit(0);
                    column >= 0;
                    column = returned.columns().nextSetBit(column + 1)) {
                boolean isNews = before == null
                        || !before.columns().get(column)
                        || !before.row().agrees(returned.row(), column);
                boolean isItself = before != null
                        && before.columns().get(column)
                        && before.row().agrees(stood, column);
                boolean loses = isNews && !shows.agrees(returned.row(), column);
                boolean beats = !isItself
                        && !shows.agrees(stood, column)
                        && !returned.carried().agrees(stood, column);
                hidden.set(column, loses || beats);
            }
            Move where = Objects.requireNonNull(where(now));
            return hidden.isEmpty()
                    ? null
                    : new Disagreement(
                            Kind.UPDATE_UPDATE,
                            RULE,
                            hidden,
                            returned.move().site(),
                            side(where, stood, was),
                            new Side(
                                    returned.move().site(),
                                    returned.move().commitTime(),
                                    0,
                                    HybridTime.NONE,
                                    returned.row(),
                                    returned.move().to()));
        }

        /** What stands under the former key stands here too, in columns nobody has written since the row came. */
        private void into(Arrival arrival, Row row) {
            arrivals.set(arrivals.indexOf(arrival), arrival.carrying(row));
            RowState now = Objects.requireNonNull(state);
            Former former = former(arrival.life());
            RowState was = arrival.life() == now.life() || former == null ? now : former.row();
            var taken = new BitSet();
            var lost = new BitSet();
            Row standing = Objects.requireNonNull(was.row());
            for (int column = 0; column < columns.count(); column++) {
                boolean isNews = !arrival.keys().get(column)
                        && !row.isAbsent(column)
                        && !row.agrees(arrival.carried(), column)
                        && !row.agrees(standing, column);
                boolean isBrought = was.clocks().of(column).isAncient();
                taken.set(column, isNews && isBrought);
                lost.set(column, isNews && (!isBrought || !was.exists()));
            }
            if (taken.isEmpty() && lost.isEmpty()) {
                return;
            }
            RowState made = resolver.carried(was, row, taken, this);
            if (was == now) {
                becomes(
                        lost.isEmpty()
                                ? new Outcome.Resolved(made)
                                : new Outcome.Decided(made, lost(lost, was, row, arrival)));
                return;
            }
            Former changed = Objects.requireNonNull(former).with(made.withoutPast(), former.version());
            replace(former, changed);
            if (where(changed) != null) {
                passes(former, changed);
            } else {
                lost.or(taken);
            }
            if (!lost.isEmpty()) {
                becomes(new Outcome.Decided(
                        Objects.requireNonNull(resolver.again(now, this).state()), lost(lost, was, row, arrival)));
            }
        }

        private Disagreement lost(BitSet lost, RowState to, Row row, Arrival arrival) {
            boolean gone = !to.exists() || to != state && former(arrival.life()) != null;
            return new Disagreement(
                    to.exists() ? Kind.UPDATE_UPDATE : Kind.DELETE_UPDATE,
                    RULE,
                    lost,
                    to.author(),
                    new Side(to.author(), to.writeTime(), to.version(), HybridTime.NONE, gone ? null : to.row()),
                    new Side(arrival.move().site(), arrival.move().commitTime(), 0, HybridTime.NONE, row));
        }

        /** Another move stands: the row leaves this key, and what was written here goes back. */
        private void withdraws(Arrival arrival, Move by) {
            RowState now = Objects.requireNonNull(state);
            arrivals.set(arrivals.indexOf(arrival), arrival.recalledBy(by));
            if (arrival.life() == now.life()) {
                becomes(resolver.withdrawn(now, by, this));
                formers.add(new Former(now.withoutPast(), lastVersion, List.of()));
            }
            Former former = former(arrival.life());
            if (former == null) {
                throw new IllegalStateException("a row that came by " + arrival.move() + " is not remembered");
            }
            if (!former.row().exists()) {
                becomes(new Outcome.Decided(
                        Objects.requireNonNull(resolver.again(Objects.requireNonNull(state), this)
                                .state()),
                        undeleted(former, by, former.row().row())));
            }
            Move standing = former.standing();
            if (standing != null) {
                letters.add(new Letter.Recalled(standing, by));
                saysElsewhere(arrival.move(), standing, by, former);
            }
            returns(former, false);
            settles();
        }

        /** Where both moves came to this key, the one the row left nothing has been said of where it went on to. */
        private void saysElsewhere(Move move, Move standing, Move by, Former former) {
            if (move.to().equals(by.to()) && !standing.to().equals(by.to())) {
                becomes(new Outcome.Decided(
                        Objects.requireNonNull(resolver.again(Objects.requireNonNull(state), this)
                                .state()),
                        new Disagreement(
                                Kind.MOVE_MOVE,
                                RULE,
                                new BitSet(),
                                by.site(),
                                side(standing, former),
                                new Side(
                                        by.site(),
                                        by.commitTime(),
                                        0,
                                        former.row().at(by.site()).seen(),
                                        former.row().row(),
                                        by.to()))));
            }
        }

        /** The key the row left has said all it had to say. */
        private void closes(Arrival arrival) {
            arrivals.remove(arrival);
            RowState now = state;
            if (now != null && now.life() == arrival.life()) {
                becomes(new Outcome.Noted(now.with(now.clocks().settled())));
            }
            settles();
        }

        void settles() {
            for (Former former : List.copyOf(formers)) {
                boolean recalled = recalled(former) != null;
                boolean open = !recalled
                        && arrivals.stream()
                                .anyMatch(one -> one.life() == former.row().life());
                if (open || !resolver.isStable(former.version(), partition) || !isBack(former, recalled)) {
                    continue;
                }
                formers.remove(former);
                if (recalled) {
                    returns(former, true);
                    arrivals.removeIf(one -> one.life() == former.row().life());
                } else if (former.standing() != null) {
                    letters.add(new Letter.Closed(former.standing()));
                }
            }
        }

        /** Whether every key it went to by a move that does not stand has given back all. */
        private static boolean isBack(Former former, boolean recalled) {
            List<Departure> departures = former.departures();
            int beaten = departures.size() - (recalled || departures.isEmpty() ? 0 : 1);
            return departures.subList(0, beaten).stream().allMatch(Departure::isOver);
        }

        private @Nullable Former former(long life) {
            for (Former former : formers) {
                if (former.row().life() == life) {
                    return former;
                }
            }
            return null;
        }

        private @Nullable Arrival arrival(Move move) {
            for (Arrival arrival : arrivals) {
                if (arrival.move().equals(move)) {
                    return arrival;
                }
            }
            return null;
        }

        private void replace(Former former, Former by) {
            formers.set(formers.indexOf(former), by);
        }
    }
}
