package io.antiphon.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.site.Site;
import java.util.List;

/** P7: CHECK and UNIQUE hold at every site, and nothing had to be parked for that. */
public final class UniqueAndChecksHold implements Guarantee {
    private UniqueAndChecksHold() {}

    public static Guarantee uniqueAndChecksHold() {
        return new UniqueAndChecksHold();
    }

    @Override
    public void holds(Evidence evidence) {
        for (Site site : evidence.mesh().sites()) {
            List<String> checks = site.strings(
                    "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE contype = 'c' AND conrelid = '"
                            + evidence.table() + "'::regclass");
            for (String check : checks) {
                assertThat(site.strings("SELECT id FROM " + evidence.table() + " WHERE NOT (" + check + ")"))
                        .as("rows at %s that break %s", site, check)
                        .isEmpty();
            }
            for (String columns : site.strings("""
                    SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_index i
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                    WHERE i.indisunique AND i.indrelid = '%s'::regclass GROUP BY i.indexrelid""".formatted(evidence.table()))) {
                assertThat(site.strings("SELECT count(*) FROM " + evidence.table() + " WHERE (" + columns
                                + ") IS NOT NULL GROUP BY " + columns + " HAVING count(*) > 1"))
                        .as("rows at %s that share %s", site, columns)
                        .isEmpty();
            }
        }
        assertThat(evidence.mesh().deadLetters(evidence.table()))
                .as("dead letters")
                .isEmpty();
    }
}
