package io.antiphon.guarantee;

import io.antiphon.mesh.SiteId;
import org.jspecify.annotations.Nullable;

/**
 * One write of an application that was committed, or, where {@code unsure}, may have been: its connection broke while it committed.
 *
 * @param saw the value it replaced, which it therefore knew; null where there was no row
 * @param wrote the value it left, which no other write leaves; null where it deleted the row
 */
public record Write(
        SiteId site,
        int key,
        @Nullable String saw,
        @Nullable String wrote,
        boolean unsure) {}
