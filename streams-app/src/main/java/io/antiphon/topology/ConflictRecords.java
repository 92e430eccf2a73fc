package io.antiphon.topology;

import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import io.antiphon.contract.Decision;
import io.antiphon.contract.UnwrittenOutcome;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.resolve.Disagreement;
import io.antiphon.resolve.OpenConflict;
import io.antiphon.resolve.Outcome;
import io.antiphon.resolve.Row;
import io.antiphon.resolve.RowState;
import io.antiphon.resolve.SiteView;
import io.antiphon.time.HybridTime;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes one table's part of the conflict log. */
final class ConflictRecords {
    private static final String BY_A_PERSON = "person";
    private static final String SMALLER_KEY = "smaller-key";

    private final TableId table;

    ConflictRecords(TableId table) {
        this.table = table;
    }

    /** Names a conflict by the version that came of it. */
    String id(String key, long version) {
        return table + "/" + key + "/" + version;
    }

    /**
     * What the rules decided.
     *
     * @param before what was open of the row already, and {@code now} what is; null for nothing
     */
    Conflict decided(
            String key,
            Outcome.Decided decided,
            @Nullable OpenConflict before,
            @Nullable OpenConflict now,
            RowCodec rows) {
        RowState state = decided.state();
        Disagreement between = decided.disagreement();
        Conflict.Builder record = about(key, state, rows)
                .setKind(between.kind().name())
                .setColumns(names(between.columns(), rows))
                .setRule(between.rule())
                .setWinner(between.winner().text())
                .setStanding(side(between.standing(), rows))
                .setIncoming(side(between.incoming(), rows));
        if (now != null) {
            record.setState("OPEN")
                    .setReplaces(before == null ? null : id(key, before.named()))
                    .setOthers(now.sides().stream()
                            .map(OpenConflict.Side::wrote)
                            .filter(side -> side != between.standing() && side != between.incoming())
                            .map(side -> side(side, rows))
                            .toList());
        }
        return record.build();
    }

    /** Another row has a unique value that this one needs: it stands, this one waits for it to let go. */
    Conflict claimed(UnwrittenOutcome claimed, SiteId at, RowState state, RowCodec rows) {
        return about(claimed.getKey(), state, rows)
                .setKind("UNIQUE")
                .setOtherKey(claimed.getHolder())
                .setColumns(claimed.getColumns())
                .setRule(SMALLER_KEY)
                .setWinner(at.text())
                .setStanding(new ConflictSide(at.text(), 0L, 0L, 0L, claimed.getHolderRow(), null))
                .setIncoming(standing(state, rows))
                .build();
    }

    /** A decision that was carried out on what was open. */
    Conflict closed(Decision decision, OpenConflict open, RowState before, RowState after, RowCodec rows) {
        String key = decision.getKey();
        return answer(decision, after, rows)
                .setState("CLOSED")
                .setWinner(SiteId.PEOPLE.text())
                .setStanding(standing(before, rows))
                .setIncoming(new ConflictSide(
                        SiteId.PEOPLE.text(),
                        HybridTime.commitTime(after.writeTime()),
                        after.version(),
                        decision.getSeen(),
                        after.exists() ? json(after.row(), rows) : null,
                        null))
                .setReplaces(id(key, open.named()))
                .build();
    }

    /** A decision that was not taken; {@code state} is null where nothing is known of the row. */
    Conflict refused(Decision decision, @Nullable RowState state, RowCodec rows, String cause) {
        var nothing = new ConflictSide(SiteId.PEOPLE.text(), 0L, 0L, 0L, null, null);
        return answer(decision, state, rows)
                .setState("REFUSED")
                .setWinner(state == null ? SiteId.PEOPLE.text() : state.author().text())
                .setStanding(state == null ? nothing : standing(state, rows))
                .setIncoming(
                        new ConflictSide(SiteId.PEOPLE.text(), 0L, 0L, decision.getSeen(), decision.getRow(), null))
                .setCause(cause)
                .build();
    }

    private Conflict.Builder answer(Decision decision, @Nullable RowState state, RowCodec rows) {
        return about(decision.getKey(), state, rows)
                .setKind("DECISION")
                .setColumns(List.of())
                .setRule(BY_A_PERSON)
                .setDecision(decision.getId())
                .setDecidedBy(decision.getBy());
    }

    private Conflict.Builder about(String key, @Nullable RowState state, RowCodec rows) {
        return Conflict.newBuilder()
                .setId(id(key, state == null ? 0 : state.version()))
                .setSchemaName(table.schema())
                .setTableName(table.name())
                .setKey(key)
                .setOthers(List.of())
                .setOutcomeVersion(state == null ? 0 : state.version())
                .setOutcome(state != null && state.exists() ? json(state.row(), rows) : null);
    }

    private static ConflictSide standing(RowState state, RowCodec rows) {
        SiteView author = state.at(state.author());
        return new ConflictSide(
                state.author().text(),
                HybridTime.commitTime(state.writeTime()),
                state.version(),
                author.madeOn(),
                state.exists() ? json(state.row(), rows) : null,
                null);
    }

    private static ConflictSide side(Disagreement.Side side, RowCodec rows) {
        return new ConflictSide(
                side.site().text(),
                HybridTime.commitTime(side.writeTime()),
                side.version(),
                side.seen(),
                json(side.row(), rows),
                side.movedTo() == null ? null : side.movedTo().text());
    }

    private static List<String> names(BitSet columns, RowCodec rows) {
        return columns.stream().mapToObj(rows.layout().names()::get).toList();
    }

    private static @Nullable String json(@Nullable Row row, RowCodec rows) {
        return row == null ? null : rows.asJson(row);
    }
}
