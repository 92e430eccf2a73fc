package io.antiphon.resolve;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a key beside its row while rows come to it or go from it: nothing for nearly every key.
 *
 * @param formers rows that had the key before, until no site can change them any more
 * @param arrivals moves that brought a row here, until the key it left has said that all is said
 * @param waiting letters of moves that have not been heard of here yet, in order
 */
public record Journey(List<Former> formers, List<Arrival> arrivals, List<Letter> waiting) {
    /** Of a key that no row came to or left. */
    public static final Journey NONE = new Journey(List.of(), List.of(), List.of());

    /** Copies. */
    public Journey {
        formers = List.copyOf(formers);
        arrivals = List.copyOf(arrivals);
        waiting = List.copyOf(waiting);
    }

    /** Whether there is nothing to remember. */
    public boolean isOver() {
        return formers.isEmpty() && arrivals.isEmpty() && waiting.isEmpty();
    }

    /**
     * A row that had the key before.
     *
     * @param row what it would be if it were still here, but for what was written elsewhere
     * @param version version of this key's row when the former one was last heard of: when it is stable nothing more can come
     * @param departures where it went; none where it was deleted or another row took its place
     */
    public record Former(RowState row, long version, List<Departure> departures) {
        /** Copies. */
        public Former {
            departures = List.copyOf(departures);
        }

        Former with(RowState changed, long heardAt) {
            return new Former(changed, Math.max(version, heardAt), departures);
        }

        Former leaving(Move move, long heardAt) {
            var more = new ArrayList<>(departures);
            more.add(new Departure(move, null));
            more.sort(Comparator.comparing(Departure::move));
            return new Former(row, Math.max(version, heardAt), more);
        }

        Former with(Letter.Returned back) {
            return new Former(
                    row,
                    version,
                    departures.stream()
                            .map(one -> one.move().equals(back.move()) ? new Departure(back.move(), back) : one)
                            .toList());
        }

        /** What the key it went to by a move has said last. */
        Letter.@Nullable Returned back(Move move) {
            return departures.stream()
                    .filter(one -> one.move().equals(move))
                    .findFirst()
                    .map(Departure::back)
                    .orElse(null);
        }

        /** The move that stands, where it went by any. */
        @Nullable
        Move standing() {
            return departures.isEmpty()
                    ? null
                    : departures.get(departures.size() - 1).move();
        }

        /** The row with what was written in it under keys of moves that do not stand, the later move's over the earlier's. */
        Row whole() {
            @Nullable
            Object[] values = Objects.requireNonNull(row.row()).values().clone();
            for (Departure departure : departures) {
                Letter.Returned back = departure.back();
                if (back != null) {
                    back.columns().stream()
                            .forEach(column -> values[column] = back.row().value(column));
                }
            }
            return Row.owning(values);
        }

        /** The columns that were written since the row came here, or under keys it went to from here. */
        BitSet written(int columns) {
            BitSet written = row.clocks().columns(columns, clock -> !clock.isAncient());
            for (Departure departure : departures) {
                if (departure.back() != null) {
                    written.or(departure.back().columns());
                }
            }
            return written;
        }
    }

    /**
     * A move of a row that had the key.
     *
     * @param back what the key it went to has said last, of a move that does not stand
     */
    public record Departure(Move move, Letter.@Nullable Returned back) {
        boolean isOver() {
            return back != null && back.last();
        }
    }

    /**
     * A move that brought a row here.
     *
     * @param life the life it began
     * @param carried the row as the key it left has said it last, at first as it was when it left
     * @param keys the key columns
     * @param recalled by the move that stands instead, null where this one does
     */
    public record Arrival(
            Move move,
            long life,
            Row carried,
            BitSet keys,
            @Nullable Move recalled) {
        Arrival carrying(Row row) {
            return new Arrival(move, life, row, keys, recalled);
        }

        Arrival recalledBy(Move by) {
            return new Arrival(move, life, carried, keys, by);
        }
    }
}
