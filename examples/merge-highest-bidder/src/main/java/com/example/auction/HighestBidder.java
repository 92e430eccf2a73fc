package com.example.auction;

import io.antiphon.merge.Merge;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Of two bids such as {@code 120 ada} the higher stands; of two of the same amount, that of the bidder who comes first in the alphabet. What is
 * no bid stands below all that are.
 */
public final class HighestBidder implements Merge {
    private static final Pattern BID = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?) (.+)");

    private static final Comparator<String> BIDS = Comparator.comparing(HighestBidder::amount)
            .thenComparing(HighestBidder::bidder, Comparator.reverseOrder())
            .thenComparing(Comparator.naturalOrder());

    /** Made by the service loader. */
    public HighestBidder() {}

    @Override
    public String name() {
        return "highest-bidder";
    }

    @Override
    public boolean fits(String type) {
        return type.equalsIgnoreCase("text") || type.equalsIgnoreCase("varchar");
    }

    @Override
    public @Nullable Object merge(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return BIDS.compare((String) one, (String) other) >= 0 ? one : other;
    }

    private static BigDecimal amount(String bid) {
        Matcher parts = BID.matcher(bid);
        return parts.matches() ? new BigDecimal(parts.group(1)) : BigDecimal.valueOf(-1);
    }

    private static String bidder(String bid) {
        Matcher parts = BID.matcher(bid);
        return parts.matches() ? parts.group(2) : "";
    }
}
