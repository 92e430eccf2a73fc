package io.antiphon.local.conflict;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConflictLineTest {
    private static final long NINE = 1_800_000_000_000_000L;

    @Test
    void saysWhoWroteWhatKnowingWhatWhoWonAndWhy() {
        Conflict conflict = conflict(
                side("berlin", NINE + 2_000_000, 0, "{\"seat\":17,\"buyer\":\"Ada\",\"sold_by\":\"berlin\"}"),
                side("tokyo", NINE + 3_000_000, NINE, "{\"seat\":17,\"buyer\":\"Alan\",\"sold_by\":\"tokyo\"}"),
                List.of("buyer"));
        assertThat(ConflictLine.of(conflict))
                .isEqualTo("ticket [17]: berlin wrote buyer=Ada at " + time(2) + "; tokyo, knowing only what stood at "
                        + time(0) + ", wrote buyer=Alan at " + time(3) + "; tokyo stands (last-writer-wins)");
    }

    @Test
    void saysThatARowWasDeleted() {
        Conflict conflict = conflict(side("berlin", NINE, 0, null), side("tokyo", NINE, 0, "{\"seat\":17}"), List.of());
        assertThat(ConflictLine.of(conflict))
                .contains("berlin deleted it at ", "tokyo, knowing nothing of it, wrote {\"seat\":17} at ");
    }

    @Test
    void saysWhichOtherRowHasAUniqueValue() {
        Conflict conflict = builder(
                        side("tokyo", 0, 0, "{\"seat\":16,\"buyer\":\"Ada\"}"),
                        side("berlin", NINE, 0, "{\"seat\":17,\"buyer\":\"Ada\"}"),
                        List.of("buyer"))
                .setKind("UNIQUE")
                .setOtherKey("[16]")
                .setRule("smaller-key")
                .build();
        assertThat(ConflictLine.of(conflict))
                .isEqualTo("ticket [17]: berlin wrote buyer=Ada at " + time(0)
                        + ", which row [16] has; that one stands (smaller-key)");
    }

    @Test
    void saysWhichKeysOneRowWasGiven() {
        Conflict conflict = builder(
                        moved("berlin", NINE + 2_000_000, "[18]"), moved("tokyo", NINE + 3_000_000, "[19]"), List.of())
                .setKind("MOVE_MOVE")
                .setRule("latest-move")
                .build();
        assertThat(ConflictLine.of(conflict))
                .isEqualTo("ticket [17]: berlin moved it to [18] at " + time(2)
                        + "; tokyo, knowing nothing of it, moved it to [19] at " + time(3)
                        + "; tokyo stands (latest-move)");
    }

    private static Conflict conflict(ConflictSide standing, ConflictSide incoming, List<String> columns) {
        return builder(standing, incoming, columns).build();
    }

    private static Conflict.Builder builder(ConflictSide standing, ConflictSide incoming, List<String> columns) {
        return Conflict.newBuilder()
                .setId("1")
                .setSchemaName("public")
                .setTableName("ticket")
                .setKey("[17]")
                .setKind("UPDATE_UPDATE")
                .setOthers(List.of())
                .setColumns(columns)
                .setRule("last-writer-wins")
                .setWinner("tokyo")
                .setStanding(standing)
                .setIncoming(incoming)
                .setOutcomeVersion(NINE);
    }

    private static ConflictSide side(String site, long time, long seen, @Nullable String row) {
        return new ConflictSide(site, time, 0L, seen, row, null);
    }

    private static ConflictSide moved(String site, long time, String to) {
        return new ConflictSide(site, time, 0L, 0L, "{\"seat\":17}", to);
    }

    private static String time(long second) {
        return DateTimeFormatter.ofPattern("HH:mm:ss.SSS")
                .withZone(ZoneId.systemDefault())
                .format(Instant.ofEpochSecond(NINE / 1_000_000 + second));
    }
}
