package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;
import java.util.List;

/**
 * Something at a site that is not as it has to be.
 *
 * @param subject what it is about: a table, a setting, a role, a slot
 * @param problem what is wrong with it
 * @param mend what mends it, in words; where {@code sql} is not empty, how to run that
 * @param sql the statements that mend it at that site
 */
public record Finding(Severity severity, SiteId site, String subject, String problem, String mend, List<String> sql) {
    public Finding {
        sql = List.copyOf(sql);
    }

    boolean blocks() {
        return severity == Severity.BLOCKS;
    }

    /** All of it in one line. */
    @Override
    public String toString() {
        String line = site + ", " + subject + ": " + problem + "; " + mend;
        return sql.isEmpty() ? line : line + ": " + String.join("; ", sql) + ";";
    }
}
