package io.antiphon.apply;

import io.antiphon.mesh.TableId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the rows a database refuses among many by halving, and writes all the others. */
final class Isolation {
    private final Transaction transaction;
    private final TableId table;
    private final List<Unwritten> unwritten = new ArrayList<>();
    private final Map<Outcome, PoisonException> refused = new LinkedHashMap<>();

    Isolation(Transaction transaction, TableId table) {
        this.transaction = transaction;
        this.table = table;
    }

    /** Writes all it can; a row that needs a value another of them releases is tried again after that one. */
    void write(List<Outcome> outcomes) {
        halve(outcomes);
        List<Outcome> again = valueTaken();
        while (!again.isEmpty()) {
            again.forEach(refused::remove);
            halve(again);
            List<Outcome> left = valueTaken();
            again = left.size() < again.size() ? left : List.of();
        }
    }

    List<Unwritten> unwritten() {
        return unwritten;
    }

    Map<Outcome, PoisonException> refused() {
        return refused;
    }

    List<Holder> holders(Outcome outcome) {
        return transaction.holders(table, outcome);
    }

    private void halve(List<Outcome> outcomes) {
        if (outcomes.isEmpty()) {
            return;
        }
        try {
            unwritten.addAll(transaction.write(table, outcomes));
        } catch (PoisonException e) {
            if (outcomes.size() == 1) {
                refused.put(outcomes.get(0), e);
            } else {
                int half = outcomes.size() / 2;
                halve(outcomes.subList(0, half));
                halve(outcomes.subList(half, outcomes.size()));
            }
        }
    }

    private List<Outcome> valueTaken() {
        return refused.entrySet().stream()
                .filter(entry -> entry.getValue().valueTaken())
                .map(Map.Entry::getKey)
                .toList();
    }
}
