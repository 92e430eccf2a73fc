package io.antiphon.apply.postgresql.site;

import java.util.List;

/**
 * What {@link PostgresSite#remove} did.
 *
 * @param gone what was there and is not any more, a line each
 * @param left what could not be taken out, a line each with the reason
 */
public record Removed(List<String> gone, List<String> left) {
    public Removed {
        gone = List.copyOf(gone);
        left = List.copyOf(left);
    }
}
