package com.example.auction;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.config.MergeRule;
import io.antiphon.merge.Certification;
import org.junit.jupiter.api.Test;

class HighestBidderTest {
    private final HighestBidder merge = new HighestBidder();

    @Test
    void theHigherBidStandsWhicheverComesFirst() {
        assertThat(merge.merge("120 ada", "99.50 grace")).isEqualTo("120 ada");
        assertThat(merge.merge("99.50 grace", "120 ada")).isEqualTo("120 ada");
        assertThat(merge.merge("120 grace", "120 ada")).isEqualTo("120 ada");
        assertThat(merge.merge(null, "1 ada")).isEqualTo("1 ada");
    }

    @Test
    void itIsFoundByItsNameAndByItsClassAndIsCertified() {
        assertThat(MergeRule.own("highest-bidder")).containsInstanceOf(HighestBidder.class);
        assertThat(MergeRule.of("com.example.auction.HighestBidder").misfit("bid", "text"))
                .isEmpty();
        assertThat(Certification.fault(merge, "text")).isEmpty();
        assertThat(MergeRule.of("highest-bidder").misfit("bid", "int4"))
                .contains("column bid is int4, and merge 'highest-bidder' needs a type that it takes");
    }
}
