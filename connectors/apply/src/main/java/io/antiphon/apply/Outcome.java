package io.antiphon.apply;

import io.antiphon.key.RowKey;
import org.jspecify.annotations.Nullable;

/**
 * What is to stand at the site under one key.
 *
 * @param row the resolved row, or only its key columns if it is deleted
 * @param version its hybrid time
 * @param offset of the resolved record
 * @param lastLocal commit time in microseconds of the site's last change the decision knew; the guard admits a row written then
 * @param snapshot whether the site's row is known from its snapshot; the guard admits a row not later than the site's preparation
 */
public record Outcome(
        RowKey key,
        Row row,
        boolean deleted,
        long version,
        long offset,
        @Nullable Long lastLocal,
        boolean snapshot) {}
