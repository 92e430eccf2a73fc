package io.antiphon.local.conflict;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.contract.Conflict;
import io.antiphon.contract.ConflictSide;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListingTest {
    @Test
    void theNewestAreListedInTheirOrderAndTheRestIsCounted() {
        Listing listing = listing(false, 2, of(3, "DECIDED", null), of(1, "DECIDED", null), of(2, "DECIDED", null));

        assertThat(listing.lines()).extracting(Listing.Line::version).containsExactly(2L, 3L);
        assertThat(listing.more()).isEqualTo(1);
    }

    @Test
    void whatIsOpenIsTheNewestOfARowUntilAPersonDecides() {
        Conflict first = of(1, "OPEN", null);
        Conflict joined = of(2, "OPEN", first.getId());
        Conflict refused = of(2, "REFUSED", null);

        assertThat(listing(true, 9, first, joined, refused).lines())
                .extracting(Listing.Line::id)
                .containsExactly(joined.getId());
        assertThat(listing(true, 9, first, joined, of(3, "CLOSED", joined.getId()))
                        .lines())
                .isEmpty();
    }

    @Test
    void theListSaysWhatBecameOfEach() {
        Conflict first = of(1, "OPEN", null);
        Conflict joined = of(2, "OPEN", first.getId());

        assertThat(listing(false, 9, first, joined, of(3, "CLOSED", joined.getId()))
                        .lines())
                .extracting(Listing.Line::state)
                .containsExactly("JOINED", "CLOSED");
    }

    private static Listing listing(boolean openOnly, int most, Conflict... log) {
        var listing = new Listing(openOnly, most);
        List.of(log).forEach(listing::add);
        return listing;
    }

    private static Conflict of(long version, String state, @Nullable String replaces) {
        return Conflict.newBuilder()
                .setId("public.ticket/[1]/" + version)
                .setState(state)
                .setSchemaName("public")
                .setTableName("ticket")
                .setKey("[1]")
                .setKind("UPDATE_UPDATE")
                .setOthers(List.of())
                .setColumns(List.of("seat"))
                .setRule("last-writer-wins")
                .setWinner("tokyo")
                .setStanding(new ConflictSide("berlin", 1L, 1L, 0L, "{\"seat\": \"B1\"}", null))
                .setIncoming(new ConflictSide("tokyo", 2L, 0L, 0L, "{\"seat\": \"T1\"}", null))
                .setOutcomeVersion(version)
                .setOutcome("{\"seat\": \"T1\"}")
                .setReplaces(replaces)
                .build();
    }
}
