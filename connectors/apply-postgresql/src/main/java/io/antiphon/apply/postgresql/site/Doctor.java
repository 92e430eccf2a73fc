package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Examines sites, and changes nothing. A mesh may be started when nothing {@linkplain Severity#BLOCKS blocks}. */
public final class Doctor {
    private final List<PostgresSite> sites;
    private final List<TableId> tables;
    private final List<ColumnDemand> demands;
    private final int sinkTasks;
    private final Map<TableId, Set<String>> allowedTriggers;

    /**
     * @param sites of one mesh, in their configured order
     * @param sinkTasks how many tasks the sink of a site has: each needs a replication origin of its own
     */
    public Doctor(List<PostgresSite> sites, List<TableId> tables, int sinkTasks) {
        this(sites, tables, sinkTasks, Map.of(), List.of());
    }

    private Doctor(
            List<PostgresSite> sites,
            List<TableId> tables,
            int sinkTasks,
            Map<TableId, Set<String>> allowedTriggers,
            List<ColumnDemand> demands) {
        this.sites = List.copyOf(sites);
        this.tables = List.copyOf(tables);
        this.demands = List.copyOf(demands);
        this.sinkTasks = sinkTasks;
        this.allowedTriggers = Map.copyOf(allowedTriggers);
    }

    /** The same, where these triggers may fire for replicated rows too. */
    public Doctor allowing(Map<TableId, Set<String>> triggers) {
        return new Doctor(sites, tables, sinkTasks, triggers, demands);
    }

    /** The same, where this is asked of columns. */
    public Doctor asking(List<ColumnDemand> ofColumns) {
        return new Doctor(sites, tables, sinkTasks, allowedTriggers, ofColumns);
    }

    /** What is wrong, in the order of the sites; a site that cannot be reached is a finding, and the others are examined all the same. */
    public List<Finding> examine() {
        List<Findings> findings = sites.stream().map(Findings::new).toList();
        var examined = new ArrayList<Examined>();
        try {
            for (Findings here : findings) {
                examine(here).ifPresent(examined::add);
            }
            new Differences(tables, examined).examine();
        } finally {
            examined.forEach(site -> close(site.connection()));
        }
        return findings.stream().map(Findings::list).flatMap(List::stream).toList();
    }

    /** Those that keep a mesh from being started. */
    public static List<Finding> blocking(List<Finding> findings) {
        return findings.stream().filter(Finding::blocks).toList();
    }

    private Optional<Examined> examine(Findings findings) {
        PostgresSite site = findings.site();
        Connection connection;
        try {
            connection = begin(site);
        } catch (SiteUnreachableException e) {
            findings.blocks("connection", e.problem(), e.mend());
            return Optional.empty();
        } catch (SQLException e) {
            findings.trouble("connection", e);
            return Optional.empty();
        }
        try {
            new ServerExamination(site, connection, sinkTasks, findings).examine();
            return Optional.of(new Examined(
                    site,
                    connection,
                    findings,
                    new TableExamination(site, connection, findings, allowedTriggers, demands).examine(tables)));
        } catch (SQLException e) {
            findings.trouble("examination", e);
            close(connection);
            return Optional.empty();
        }
    }

    /** One transaction for all of the examination: what is set in it does not outlive it, not even behind a pooler. */
    private static Connection begin(PostgresSite site) throws SQLException {
        Connection connection = site.connect();
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL search_path = ''");
            statement.execute("SET LOCAL lock_timeout = '5s'");
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw e;
        }
    }

    private static void close(Connection connection) {
        try (connection) {
            connection.rollback();
        } catch (SQLException e) {
            // A connection that cannot even roll back is gone, and nothing was changed through it.
            return;
        }
    }
}
