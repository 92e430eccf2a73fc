package io.antiphon.apply.postgresql;

import io.antiphon.mesh.DatabaseNames;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The condition under which a standing row may be overwritten: that its last change is one the decision knew.
 *
 * <p>That is: it was written by this mesh; or at exactly the commit time the decision names; or, for a row known from the site's
 * snapshot, not later than the site's preparation; or so long ago that the database no longer knows when. "Not later than the named
 * time" would be wrong: a clock that steps back would switch it off.
 *
 * <p>Parameters, after those of the statement: the key columns and commit times (microseconds) of the named changes, then the key
 * columns of the rows known from the snapshot.
 */
record Guard(String ownOrigin, String mesh) {
    static Guard of(DatabaseNames names) {
        String origin = names.origin(0);
        return new Guard(
                "^" + origin.substring(0, origin.length() - 1) + "[0-9]+$",
                names.mesh().text());
    }

    private static final String COMMITTED = "(pg_catalog.pg_xact_commit_timestamp_origin(t.xmin)).timestamp";
    private static final String ORIGIN = "(pg_catalog.pg_xact_commit_timestamp_origin(t.xmin)).roident";

    /** Commit time of the standing row in microseconds, null if the database no longer knows. */
    static final String COMMITTED_MICROS = "(extract(epoch FROM " + COMMITTED + ") * 1000000)::bigint";

    static final String IS_COMMITTED = COMMITTED + " IS NOT NULL";

    /** The condition over the standing row {@code t}. */
    String condition(List<Writing.Cell> key) {
        String columns = key.stream().map(cell -> "t." + cell.column().quoted()).collect(Collectors.joining(", "));
        return "(" + ORIGIN + " IN (SELECT o.roident FROM pg_catalog.pg_replication_origin o WHERE o.roname ~ '"
                + ownOrigin
                + "')"
                + " OR " + COMMITTED + " IS NULL"
                + " OR (" + columns + ", " + COMMITTED + ") IN (SELECT " + Statements.values("l", key)
                + ", 'epoch'::timestamptz + l.at * '1 microsecond'::interval FROM unnest("
                + Statements.parameters(key) + ", ?::int8[]) AS l(" + Statements.names(key) + ", at))"
                + " OR (" + COMMITTED + " <= (SELECT s.prepared_at FROM antiphon.site s WHERE s.mesh = '" + mesh + "')"
                + " AND (" + columns + ") IN (SELECT " + Statements.values("s", key) + " FROM unnest("
                + Statements.parameters(key) + ") AS s(" + Statements.names(key) + "))))";
    }
}
