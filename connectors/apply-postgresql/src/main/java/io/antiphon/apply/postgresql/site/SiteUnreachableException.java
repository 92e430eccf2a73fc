package io.antiphon.apply.postgresql.site;

import java.sql.SQLException;

/** A site's database could not be connected to. */
public final class SiteUnreachableException extends SiteException {
    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String mend;
    private final boolean worthWaiting;

    private SiteUnreachableException(
            PostgresSite site, String problem, String mend, boolean worthWaiting, SQLException cause) {
        super(site.id(), problem, mend, cause);
        this.problem = problem;
        this.mend = mend;
        this.worthWaiting = worthWaiting;
    }

    static SiteUnreachableException from(PostgresSite site, SQLException cause) {
        String state = cause.getSQLState() == null ? "" : cause.getSQLState();
        String where = site.url().replaceFirst("^jdbc:postgresql:(//)?", "").replaceFirst("\\?.*$", "");
        String said = firstLine(cause);
        return switch (state) {
            case "28P01" ->
                new SiteUnreachableException(
                        site,
                        "wrong password for user " + site.user() + " at " + where,
                        "correct user and password",
                        false,
                        cause);
            case "28000" ->
                new SiteUnreachableException(
                        site,
                        where + " does not let user " + site.user() + " in (" + said + ")",
                        "correct the user, or let it in with a line in pg_hba.conf",
                        false,
                        cause);
            case "3D000" ->
                new SiteUnreachableException(
                        site,
                        "there is no such database: " + where,
                        "correct the url, or create the database",
                        false,
                        cause);
            case "08001", "08004", "08006", "08000" ->
                new SiteUnreachableException(
                        site,
                        where + " cannot be reached (" + rootOf(cause) + ")",
                        "check that PostgreSQL runs there, and host, port and network",
                        true,
                        cause);
            case "53300" ->
                new SiteUnreachableException(
                        site,
                        where + " has no connection left",
                        "raise max_connections or end connections",
                        true,
                        cause);
            case "57P03" ->
                new SiteUnreachableException(
                        site, where + " is starting or stopping", "try again when it accepts connections", true, cause);
            default ->
                new SiteUnreachableException(
                        site,
                        where + " refused the connection (" + said + ", SQLSTATE " + state + ")",
                        "correct the url or the server",
                        false,
                        cause);
        };
    }

    static SiteUnreachableException notPostgresql(PostgresSite site) {
        return new SiteUnreachableException(
                site,
                "'" + site.url() + "' is not the address of a PostgreSQL database",
                "write jdbc:postgresql://host:5432/database",
                false,
                new SQLException("not a PostgreSQL URL"));
    }

    /** What is wrong, without the site's name. */
    public String problem() {
        return problem;
    }

    /** What mends it. */
    public String mend() {
        return mend;
    }

    /** Whether it may go away without anybody changing the configuration. */
    public boolean worthWaiting() {
        return worthWaiting;
    }

    private static String rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        if (root instanceof java.net.UnknownHostException) {
            return "unknown host " + root.getMessage();
        }
        return firstLine(root);
    }

    private static String firstLine(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null
                ? thrown.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
