package io.antiphon.resolve;

import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import java.util.Comparator;

/**
 * A change of a row's key, as it is named at both keys. Of two moves of one row from one key the greater stands.
 *
 * @param site the site where it was made
 * @param commitTime microseconds, as the site's database notes it
 * @param position where in the site's log
 * @param from the key the row had
 * @param to the key it has
 */
public record Move(SiteId site, long commitTime, long position, RowKey from, RowKey to) implements Comparable<Move> {
    private static final Comparator<Move> ORDER =
            Comparator.comparingLong(Lives::time).thenComparing(Move::site).thenComparingLong(Move::position);

    @Override
    public int compareTo(Move other) {
        return ORDER.compare(this, other);
    }
}
