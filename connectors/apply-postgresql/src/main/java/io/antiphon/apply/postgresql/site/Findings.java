package io.antiphon.apply.postgresql.site;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The findings at one site, while it is being examined. */
final class Findings {
    private final PostgresSite site;
    private final List<Finding> list = new ArrayList<>();

    Findings(PostgresSite site) {
        this.site = site;
    }

    void blocks(String subject, String problem, String mend, String... sql) {
        list.add(new Finding(Severity.BLOCKS, site.id(), subject, problem, mend, List.of(sql)));
    }

    void warns(String subject, String problem, String mend, String... sql) {
        list.add(new Finding(Severity.WARNS, site.id(), subject, problem, mend, List.of(sql)));
    }

    /** The database refused a question of ours, which no examination foresees. */
    void trouble(String subject, SQLException e) {
        String said = e.getMessage() == null
                ? "nothing"
                : e.getMessage().lines().findFirst().orElse("nothing").strip();
        blocks(
                subject,
                "the database says: " + said + " (SQLSTATE " + e.getSQLState() + ")",
                "see the log of the server");
    }

    PostgresSite site() {
        return site;
    }

    List<Finding> list() {
        return List.copyOf(list);
    }
}
