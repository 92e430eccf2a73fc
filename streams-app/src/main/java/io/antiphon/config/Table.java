package io.antiphon.config;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A table that is kept in agreement, and how its conflicts are decided.
 *
 * @param together groups of columns that move as one; a column is in one group at most
 * @param allowedTriggers those that fire for replicated rows too, and may
 * @param parks whether its conflicts wait for a person, while what the rules decide serves
 * @throws IllegalArgumentException in one line, if it is not such a table
 */
public record Table(
        TableId id, Granularity granularity, List<List<String>> together, Set<String> allowedTriggers, boolean parks) {
    private static final Set<String> NOT_THE_USERS =
            Set.of(DatabaseNames.SCHEMA, "pg_catalog", "information_schema", "pg_toast");
    private static final Pattern ALIKE_IN_KAFKA = Pattern.compile("[^a-zA-Z0-9-]");

    public Table {
        if (NOT_THE_USERS.contains(id.schema())) {
            throw new IllegalArgumentException("table " + id + " is in schema " + id.schema()
                    + ", which is not the applications': name the tables that they write");
        }
        together = together.stream().map(List::copyOf).toList();
        allowedTriggers = Set.copyOf(allowedTriggers);
        if (granularity == Granularity.ROW && !together.isEmpty()) {
            throw new IllegalArgumentException(
                    "table " + id
                            + " moves as whole rows, so columns that move together mean nothing: remove 'together' or 'granularity: row'");
        }
        var grouped = new HashSet<String>();
        for (List<String> group : together) {
            if (group.size() < 2) {
                throw new IllegalArgumentException(
                        "table " + id + ": a group of columns that move together has at least two, not " + group);
            }
            for (String column : group) {
                if (!grouped.add(column)) {
                    throw new IllegalArgumentException("table " + id + ": column '" + column
                            + "' moves together twice: name it in one group only, and once");
                }
            }
        }
    }

    /** A table with the defaults: column-wise, each column by itself. */
    public static Table of(TableId id) {
        return new Table(id, Granularity.COLUMN, List.of(), Set.of(), false);
    }

    /** Refuses to be in one mesh with a table of the same topics; Kafka tells no '.' from a '_', and takes few other characters. */
    void besides(List<Table> others, List<Site> sites) {
        for (Table other : others) {
            if (other.id.equals(id)) {
                throw new IllegalArgumentException("table " + id + " is there twice: remove one");
            }
            if (inKafka(other.id).equals(inKafka(id))) {
                throw new IllegalArgumentException("tables " + other.id + " and " + id
                        + " would share their topics, because Kafka does not tell their names apart: rename one");
            }
            for (Site here : sites) {
                apart(id, here, other.id, sites);
                apart(other.id, here, id, sites);
            }
        }
    }

    /** A site's name may go on where a schema's does: {@code eu} + {@code west.a_b}, {@code eu_west} + {@code a.b}. */
    private static void apart(TableId table, Site here, TableId other, List<Site> sites) {
        String topic = inKafka(here.id(), table);
        for (Site there : sites) {
            if (inKafka(there.id(), other).equals(topic)) {
                throw new IllegalArgumentException("table " + other + " at site " + there.id() + " and table " + table
                        + " at site " + here.id()
                        + " would share a topic, because Kafka does not tell their names apart: rename one");
            }
        }
        if (("resolved_" + inKafka(other)).equals(topic)) {
            throw new IllegalArgumentException("the resolved topic of table " + other + " and that of table " + table
                    + " at site " + here.id()
                    + " would be one, because Kafka does not tell their names apart: rename the site");
        }
    }

    private static String inKafka(SiteId site, TableId table) {
        return site + "_" + inKafka(table);
    }

    private static String inKafka(TableId id) {
        return ALIKE_IN_KAFKA.matcher(id.toString()).replaceAll("_");
    }
}
