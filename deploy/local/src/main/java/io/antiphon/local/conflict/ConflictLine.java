package io.antiphon.local.conflict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A conflict in one line: who wrote what, knowing what, who won and why; of a unique value, which row has it. */
public final class ConflictLine {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final int COLUMNS_SHOWN = 2;

    private ConflictLine() {}

    public static String of(Conflict conflict) {
        JsonNode one = row(conflict.getStanding());
        JsonNode other = row(conflict.getIncoming());
        List<String> columns = conflict.getColumns();
        ConflictSide standing = conflict.getStanding();
        ConflictSide incoming = conflict.getIncoming();
        if (conflict.getOtherKey() != null) {
            return conflict.getTableName() + " " + conflict.getKey() + ": " + incoming.getSite() + " "
                    + wrote(other, columns) + " at " + time(incoming.getWriteTime()) + ", which row "
                    + conflict.getOtherKey() + " has; that one stands (" + conflict.getRule() + ")";
        }
        return conflict.getTableName() + " " + conflict.getKey() + ": " + standing.getSite() + " "
                + did(standing, one, columns)
                + " at " + time(standing.getWriteTime()) + "; " + incoming.getSite() + ", " + knowing(incoming) + ", "
                + did(incoming, other, columns) + " at " + time(incoming.getWriteTime()) + "; " + conflict.getWinner()
                + " stands (" + conflict.getRule() + ")";
    }

    private static String did(ConflictSide side, @Nullable JsonNode row, List<String> columns) {
        return side.getMovedTo() == null ? wrote(row, columns) : "moved it to " + side.getMovedTo();
    }

    private static String wrote(@Nullable JsonNode row, List<String> columns) {
        if (row == null) {
            return "deleted it";
        }
        if (columns.isEmpty()) {
            return "wrote " + row;
        }
        String shown = columns.stream()
                .limit(COLUMNS_SHOWN)
                .map(column -> column + "=" + row.path(column).asText("NULL"))
                .collect(Collectors.joining(" "));
        return "wrote " + shown + (columns.size() > COLUMNS_SHOWN ? " …" : "");
    }

    private static String knowing(ConflictSide side) {
        return side.getSeen() == 0 ? "knowing nothing of it" : "knowing only what stood at " + time(side.getSeen());
    }

    private static String time(long micros) {
        return TIME.format(
                Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L));
    }

    private static @Nullable JsonNode row(ConflictSide side) {
        if (side.getRow() == null) {
            return null;
        }
        try {
            return JSON.readTree(side.getRow());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "the row of a conflict is not JSON: %s", e.getOriginalMessage()), e);
        }
    }
}
