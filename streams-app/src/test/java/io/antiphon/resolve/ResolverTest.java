package io.antiphon.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Disagreement.Kind;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The main cases, one row each: what the logs say, and what is decided. */
class ResolverTest {
    private final OneRow row = new OneRow(Columns.each(3), "berlin", "tokyo", "auckland");
    private final OneRow.Log berlin = row.log("berlin");
    private final OneRow.Log tokyo = row.log("tokyo");
    private final OneRow.Log auckland = row.log("auckland");

    @Test
    void aChangeMadeOnTopOfAnEchoFollowsWhateverTheClocksSay() {
        berlin.inserts(2_000, 1, "red", "small");
        tokyo.echoes();

        Outcome outcome = tokyo.updates(900, 1, "blue", "small");

        assertThat(outcome).isInstanceOf(Outcome.Resolved.class);
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "small"));
        assertThat(row.state().writeTime()).isEqualTo(2_001);
        assertThat(row.isHeldBy("tokyo")).isTrue();
        assertThat(row.isHeldBy("berlin")).isFalse();
    }

    @Test
    void aChangeBeforeTheEchoIsConcurrentAndDisjointColumnsAreBothKept() {
        everybodyHas("red", "small");
        berlin.updates(2_000, 1, "blue", "small");

        Outcome outcome = tokyo.updates(1_500, 1, "red", "large");

        assertThat(outcome).isInstanceOf(Outcome.Resolved.class);
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "large"));
        assertThat(row.isHeldBy("berlin")).isFalse();
        assertThat(row.isHeldBy("tokyo")).isFalse();
    }

    @Test
    void aColumnThatBothChangedIsTheLatersAndTheLoserIsSentItUnderAFreshVersion() {
        everybodyHas("red", "small");
        berlin.updates(2_000, 1, "blue", "small");
        long won = row.state().version();

        Outcome outcome = tokyo.updates(1_500, 1, "green", "small");

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.UPDATE_UPDATE);
        assertThat(disagreement(outcome).columns()).isEqualTo(columns(1));
        assertThat(disagreement(outcome).winner()).isEqualTo(new SiteId("berlin"));
        assertThat(disagreement(outcome).standing().row()).isEqualTo(Row.of(1, "blue", "small"));
        assertThat(disagreement(outcome).incoming().row()).isEqualTo(Row.of(1, "green", "small"));
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "small"));
        assertThat(row.state().version()).isGreaterThan(won);
        assertThat(row.isHeldBy("berlin")).isTrue();
        assertThat(row.isHeldBy("tokyo")).isFalse();
    }

    @Test
    void aTruncateIsTheDeleteOfARowItsSiteHad() {
        everybodyHas("red", "small");
        tokyo.updates(2_000, 1, "blue", "small");

        Outcome outcome = berlin.truncates(3_000);

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.UPDATE_DELETE);
        assertThat(row.row()).isNull();
    }

    @Test
    void aTruncateSaysNothingOfARowItsSiteHadNotYet() {
        berlin.inserts(2_000, 1, "red", "small");

        assertThat(tokyo.truncates(3_000)).isInstanceOf(Outcome.Noted.class);
        assertThat(row.row()).isEqualTo(Row.of(1, "red", "small"));
    }

    @Test
    void aDeleteNobodyKnowsTheTimeOfFollowsWhatItsSiteHadSeenAndYieldsToTheRest() {
        everybodyHas("red", "small");
        assertThat(berlin.findsNothing()).isInstanceOf(Outcome.Resolved.class);
        assertThat(row.row()).isNull();

        Outcome outcome = tokyo.updates(1_100, 1, "blue", "small");

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.DELETE_UPDATE);
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "small"));
    }

    @Test
    void aChangeNobodyKnowsTheTimeOfIsKeptWhereNobodyElseWrote() {
        everybodyHas("red", "small");
        tokyo.updates(1_100, 1, "blue", "small");

        berlin.showsOnlyNow(1, "red", "large");

        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "large"));
    }

    @Test
    void whatASiteAnsweredSinceAChangeThatCouldNotBeReadWasNotSeenByThatChange() {
        var max = new Policy.Combination("max", (one, other) -> Math.max((int) one, (int) other));
        var scores = new OneRow(
                new Columns(2, List.of(), List.of(Columns.Unit.of(1, max)), Deletes.LAST_WRITER_WINS),
                "berlin",
                "tokyo");
        scores.log("berlin").inserts(1_000, 1, 5);
        scores.log("tokyo").echoes();
        scores.log("berlin").updates(2_000, 1, 9);
        scores.log("berlin").isGarbled();
        scores.log("tokyo").updates(1_500, 1, 7);
        assertThat(scores.row()).isEqualTo(Row.of(1, 9));
        assertThat(scores.isHeldBy("berlin")).isTrue();
        scores.log("berlin").answers();

        scores.log("berlin").showsOnlyNow(1, 3);

        assertThat(scores.row()).isEqualTo(Row.of(1, 7));
    }

    @Test
    void aDeleteThatFoundNothingSaysNothingOfARowThatASnapshotFoundSince() {
        everybodyHas("red", "small");
        tokyo.deletes(2_000);
        berlin.finds(1, "red", "small");

        assertThat(berlin.findsNothingToDelete()).isInstanceOf(Outcome.SentAgain.class);
        assertThat(row.isHeldBy("berlin")).isFalse();
    }

    @Test
    void aRowThatIsAsItsSiteWasKnownToHaveItIsNoChange() {
        everybodyHas("red", "small");

        assertThat(berlin.showsOnlyNow(1, "red", "small")).isInstanceOf(Outcome.Noted.class);
    }

    @Test
    void aRowLostByMistakeIsSentAgain() {
        everybodyHas("red", "small");

        assertThat(tokyo.losesItWithoutMeaningTo()).isInstanceOf(Outcome.SentAgain.class);
        assertThat(row.isHeldBy("tokyo")).isFalse();
        assertThat(row.isHeldBy("berlin")).isTrue();
    }

    @Test
    void ofRowsThatSitesBeganWithTheOneWrittenLastStandsWhateverIsHeardFirst() {
        tokyo.findsOf(700, 1, "blue", "small");
        Outcome outcome = berlin.findsOf(500, 1, "red", "small");

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.SNAPSHOT);
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "small"));
        auckland.findsOf(700, 1, "blue", "small");
        assertThat(tokyo.updates(600, 1, "green", "small")).isInstanceOf(Outcome.Resolved.class);
    }

    @Test
    void atTheSameTimeTheNameOfTheSiteDecides() {
        everybodyHas("red", "small");
        tokyo.updates(2_000, 1, "green", "small");
        berlin.updates(2_000, 1, "blue", "small");

        assertThat(row.row()).isEqualTo(Row.of(1, "green", "small"));
    }

    @Test
    void theSameChangeOfBothIsNoConflictAndIsWrittenNowhere() {
        everybodyHas("red", "small");
        berlin.updates(2_000, 1, "blue", "small");

        Outcome outcome = tokyo.updates(1_500, 1, "blue", "small");

        assertThat(outcome).isInstanceOf(Outcome.Resolved.class);
        assertThat(row.isHeldBy("berlin")).isTrue();
        assertThat(row.isHeldBy("tokyo")).isTrue();
        assertThat(row.isHeldBy("auckland")).isFalse();
    }

    @Test
    void aRowThatMovesAsOneIsTheLatersWhole() {
        OneRow whole = new OneRow(Columns.together(3), "berlin", "tokyo");
        OneRow.Log here = whole.log("berlin");
        OneRow.Log there = whole.log("tokyo");
        here.inserts(1_000, 1, "red", "small");
        there.echoes();
        here.updates(2_000, 1, "blue", "small");

        Outcome outcome = there.updates(2_500, 1, "red", "large");

        assertThat(disagreement(outcome).columns()).isEqualTo(columns(1, 2));
        assertThat(whole.row()).isEqualTo(Row.of(1, "red", "large"));
    }

    @Test
    void whatCaptureDidNotCarryMovesWithItsGroupAllTheSame() {
        OneRow whole = new OneRow(Columns.together(3), "berlin", "tokyo");
        OneRow.Log here = whole.log("berlin");
        OneRow.Log there = whole.log("tokyo");
        here.inserts(1_000, 1, "red", "small");
        there.echoes();
        here.updates(2_000, 1, "red", "large");

        there.updates(2_500, 1, "blue", Row.ABSENT);

        assertThat(whole.row()).isEqualTo(Row.of(1, "blue", "small"));
    }

    @Test
    void aLaterUpdateWinsOverAConcurrentDeleteAndFindsTheRestOfTheRow() {
        everybodyHas("red", "small");
        berlin.deletes(2_000);

        Outcome outcome = tokyo.updates(2_500, 1, "blue", "small");

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.DELETE_UPDATE);
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "small"));
        assertThat(row.isHeldBy("tokyo")).isTrue();
        assertThat(row.isHeldBy("berlin")).isFalse();
    }

    @Test
    void aLaterDeleteWinsOverAConcurrentUpdate() {
        everybodyHas("red", "small");
        berlin.updates(2_000, 1, "blue", "small");

        Outcome outcome = tokyo.deletes(2_500);

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.UPDATE_DELETE);
        assertThat(disagreement(outcome).standing().row()).isEqualTo(Row.of(1, "blue", "small"));
        assertThat(row.row()).isNull();
    }

    @Test
    void aRowInsertedAnewAtAnotherSiteDoesNotCatchLateChangesOfItsFormerLife() {
        everybodyHas("red", "small");
        berlin.deletes(2_000);
        tokyo.echoes();
        tokyo.inserts(1_200, 1, "new", "tiny");

        Outcome outcome = auckland.updates(9_000, 1, "late", "small");

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.FORMER_LIFE);
        assertThat(row.row()).isEqualTo(Row.of(1, "new", "tiny"));
        assertThat(row.isHeldBy("tokyo")).isTrue();
        assertThat(row.isHeldBy("auckland")).isFalse();
    }

    @Test
    void aTombstoneIsForgottenWhenEverySiteHasAnsweredIt() {
        everybodyHas("red", "small");
        berlin.deletes(2_000);
        tokyo.echoes();
        auckland.echoes();
        berlin.answers();
        tokyo.answers();

        assertThat(row.isForgettable()).isFalse();

        auckland.answers();

        assertThat(row.isForgettable()).isTrue();
    }

    @Test
    void aDeleteThatFoundNoRowIsAnAcknowledgement() {
        berlin.inserts(1_000, 1, "red", "small");
        berlin.deletes(2_000);

        assertThat(tokyo.findsNothingToDelete()).isInstanceOf(Outcome.Noted.class);
        assertThat(row.isHeldBy("tokyo")).isTrue();
    }

    @Test
    void equalRowsOfTwoSnapshotsAreOneRowAndNoConflict() {
        tokyo.finds(1, "red", "small");

        Outcome outcome = berlin.finds(1, "red", "small");

        assertThat(outcome).isInstanceOf(Outcome.Noted.class);
        assertThat(row.isHeldBy("berlin")).isTrue();
        assertThat(berlin.updates(500, 1, "blue", "small")).isInstanceOf(Outcome.Resolved.class);
    }

    @Test
    void differentRowsOfTwoSnapshotsGoToTheSiteThatIsConfiguredFirst() {
        tokyo.finds(1, "red", "small");

        Outcome outcome = berlin.finds(1, "blue", "small");

        assertThat(disagreement(outcome).kind()).isEqualTo(Kind.SNAPSHOT);
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "small"));
        assertThat(disagreement(outcome).standing().row()).isEqualTo(Row.of(1, "red", "small"));
    }

    @Test
    void aSnapshotOfWhatTheOthersBeganWithIsSentWhatBecameOfItAndIsNoConflict() {
        berlin.finds(1, "red", "small");
        berlin.updates(2_000, 1, "blue", "small");

        Outcome outcome = tokyo.finds(1, "red", "small");

        assertThat(outcome).isInstanceOf(Outcome.SentAgain.class);
        assertThat(row.row()).isEqualTo(Row.of(1, "blue", "small"));
        assertThat(row.isHeldBy("tokyo")).isFalse();
    }

    @Test
    void aSiteThatFellBackIsSentTheRowAgainAndDoesNotKnowItsOwnChangesAnyMore() {
        berlin.inserts(1_000, 1, "red", "small");
        long first = row.state().version();
        tokyo.inserts(2_000, 1, "blue", "small");
        tokyo.deletes(2_500);

        Outcome outcome = tokyo.echoes(first, Row.of(1, "red", "small"));

        assertThat(outcome).isInstanceOf(Outcome.SentAgain.class);
        assertThat(row.isHeldBy("tokyo")).isFalse();

        Outcome next = tokyo.updates(1_100, 1, "green", "small");

        assertThat(disagreement(next).kind()).isEqualTo(Kind.DELETE_UPDATE);
        assertThat(row.row()).isNull();
    }

    @Test
    void aSiteThatFellBackIsNotSentAgainWhatIsOnItsWay() {
        everybodyHas("red", "small");
        long first = row.state().version();
        tokyo.deletes(1_500);
        berlin.updates(2_000, 1, "blue", "small");

        Outcome outcome = tokyo.echoes(first, Row.of(1, "red", "small"));

        assertThat(outcome).isInstanceOf(Outcome.Noted.class);
    }

    @Test
    void aRefusalForAChangeThereNeverWasIsTakenAsKnownAndTheRowIsSentAgain() {
        everybodyHas("red", "small");
        berlin.updates(2_000, 1, "blue", "small");

        Outcome outcome = tokyo.refuses(row.state().version(), 5_555);

        assertThat(outcome).isInstanceOf(Outcome.SentAgain.class);
        assertThat(row.state().at(new SiteId("tokyo")).lastLocal()).isEqualTo(5_555);
    }

    @Test
    void aRefusalForAChangeThatHasBeenDecidedSinceIsOnlyNoted() {
        everybodyHas("red", "small");
        berlin.updates(2_000, 1, "blue", "small");
        long refused = row.state().version();
        tokyo.updates(2_500, 1, "green", "small");

        assertThat(tokyo.refuses(refused, 2_500)).isInstanceOf(Outcome.Noted.class);
        assertThat(row.isHeldBy("tokyo")).isTrue();
    }

    @Test
    void whatASiteHoldsWithoutBeingWrittenToItHasSeenOnceItHasAnswered() {
        everybodyHas("red", "small");
        tokyo.updates(2_000, 1, "blue", "small");
        berlin.updates(1_900, 1, "blue", "small");
        berlin.answers();

        Outcome outcome = berlin.updates(1_950, 1, "green", "small");

        assertThat(outcome).isInstanceOf(Outcome.Resolved.class);
        assertThat(row.row()).isEqualTo(Row.of(1, "green", "small"));
    }

    @Test
    void anEchoThatNoOutcomeLooksLikeIsAChangeOnceAndHeldTwice() {
        everybodyHas("red", "small");
        berlin.updates(2_000, 1, "blue", "small");

        assertThat(tokyo.echoes(row.state().version(), Row.of(1, "BLUE", "small")))
                .isInstanceOf(Outcome.Resolved.class);
        assertThat(row.row()).isEqualTo(Row.of(1, "BLUE", "small"));

        berlin.echoes();

        assertThat(auckland.echoes(row.state().version(), Row.of(1, "Blue", "small")))
                .isInstanceOf(Outcome.Held.class);
    }

    private void everybodyHas(Object... rest) {
        berlin.inserts(1_000, 1, rest[0], rest[1]);
        tokyo.echoes();
        auckland.echoes();
    }

    private static Disagreement disagreement(Outcome outcome) {
        assertThat(outcome).asInstanceOf(type(Outcome.Decided.class)).isNotNull();
        return Objects.requireNonNull((Outcome.Decided) outcome).disagreement();
    }

    private static BitSet columns(int... columns) {
        var set = new BitSet();
        for (int column : columns) {
            set.set(column);
        }
        return set;
    }
}
