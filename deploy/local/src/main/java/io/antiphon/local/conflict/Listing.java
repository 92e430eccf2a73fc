package io.antiphon.local.conflict;

import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is listed of a conflict log that is read once: the newest conflicts, or those that wait for a person.
 *
 * <p>Memory grows with what is listed, and with what is open, never with the length of the log.
 */
public final class Listing {
    private static final int LONGEST_LINE = 240;

    private final boolean openOnly;
    private final int most;
    private final Map<String, Line> open = new LinkedHashMap<>();
    private final PriorityQueue<Line> newest = new PriorityQueue<>(Comparator.comparingLong(Line::version));
    private final Map<String, Line> listed = new HashMap<>();
    private long read;

    /**
     * A conflict in the list.
     *
     * @param state DECIDED, OPEN, JOINED by a later one, or CLOSED
     * @param sites who took part
     * @param winner whose value stands, or stood until a person decided
     * @param says it in one line
     */
    public record Line(
            String id,
            String table,
            String key,
            String state,
            String kind,
            List<String> columns,
            List<String> sites,
            String winner,
            String rule,
            long version,
            String says) {
        private Line in(String other) {
            return new Line(id, table, key, other, kind, columns, sites, winner, rule, version, says);
        }
    }

    /** @param most how many are listed */
    public Listing(boolean openOnly, int most) {
        this.openOnly = openOnly;
        this.most = most;
    }

    /** Takes in the next record of the log. */
    public void add(Conflict conflict) {
        String row = conflict.getSchemaName() + "." + conflict.getTableName() + "/" + conflict.getKey();
        switch (conflict.getState()) {
            case "OPEN" -> {
                replace(conflict.getReplaces(), "JOINED");
                Line line = line(conflict, row);
                open.remove(row);
                open.put(row, line);
                list(line);
            }
            case "CLOSED" -> {
                replace(conflict.getReplaces(), "CLOSED");
                open.remove(row);
            }
            case "DECIDED" -> list(line(conflict, row));
            default -> {
                // A decision that was refused changed nothing.
            }
        }
    }

    /** In the order of their versions. */
    public List<Line> lines() {
        Stream<Line> all = openOnly ? open.values().stream() : listed.values().stream();
        List<Line> sorted = all.sorted(Comparator.comparingLong(Line::version)).toList();
        return sorted.subList(Math.max(0, sorted.size() - most), sorted.size());
    }

    /** How many there are that are not listed. */
    public long more() {
        return (openOnly ? open.size() : read) - lines().size();
    }

    private void replace(@Nullable String id, String state) {
        if (id != null) {
            listed.computeIfPresent(id, (any, line) -> line.in(state));
        }
    }

    private void list(Line line) {
        read++;
        if (openOnly || most == 0) {
            return;
        }
        newest.add(line);
        listed.put(line.id(), line);
        if (newest.size() > most) {
            listed.remove(newest.remove().id());
        }
    }

    private static Line line(Conflict conflict, String row) {
        var sites = new ArrayList<String>();
        Stream.concat(Stream.of(conflict.getStanding(), conflict.getIncoming()), conflict.getOthers().stream())
                .map(ConflictSide::getSite)
                .distinct()
                .forEach(sites::add);
        String says = ConflictLine.of(conflict);
        return new Line(
                conflict.getId(),
                row.substring(0, row.length() - conflict.getKey().length() - 1),
                conflict.getKey(),
                conflict.getState(),
                conflict.getKind(),
                List.copyOf(conflict.getColumns()),
                List.copyOf(sites),
                conflict.getWinner(),
                conflict.getRule(),
                conflict.getOutcomeVersion(),
                says.length() <= LONGEST_LINE ? says : says.substring(0, LONGEST_LINE) + "…");
    }
}
