package io.antiphon.config;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A table that is kept in agreement, and how its conflicts are decided.
 *
 * @param together groups of columns that move as one; a column is in one group at most
 * @param merge of every column that has none of its own, and of each group
 * @param merges of single columns, where it is another
 * @param truncate what becomes of its rows when a site truncates it
 * @param allowedTriggers those that fire for replicated rows too, and may
 * @param parks whether its conflicts wait for a person, while what the rules decide serves
 * @throws IllegalArgumentException in one line, if it is not such a table
 */
public record Table(
        TableId id,
        Granularity granularity,
        List<List<String>> together,
        MergeRule merge,
        Map<String, MergeRule> merges,
        Deletes deletes,
        Truncate truncate,
        Set<String> allowedTriggers,
        boolean parks) {
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
        var others = new LinkedHashMap<>(merges);
        others.values().removeIf(merge::equals);
        merges = Collections.unmodifiableMap(others);
        if (!MergeRule.OF_ANYTHING.contains(merge.name())) {
            throw new IllegalArgumentException("table " + id + ": merge '" + merge.name()
                    + "' is for columns of some types only: say it of them, under 'columns'");
        }
        if (granularity == Granularity.ROW && !merges.isEmpty()) {
            throw new IllegalArgumentException("table " + id + " moves as whole rows, so its columns " + merges.keySet()
                    + " have no merge of their own: remove them or 'granularity: row'");
        }
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
                if (merges.containsKey(column)) {
                    throw new IllegalArgumentException("table " + id + ": column '" + column
                            + "' moves together with others, so it has no merge of its own: remove one of the two");
                }
            }
        }
    }

    /** A table of which the last writer wins. */
    public Table(
            TableId id,
            Granularity granularity,
            List<List<String>> together,
            Truncate truncate,
            Set<String> allowedTriggers,
            boolean parks) {
        this(
                id,
                granularity,
                together,
                MergeRule.lastWriterWins(),
                Map.of(),
                Deletes.LAST_WRITER_WINS,
                truncate,
                allowedTriggers,
                parks);
    }

    /** A table with the defaults: column-wise, each column by itself. */
    public static Table of(TableId id) {
        return new Table(id, Granularity.COLUMN, List.of(), Truncate.HOLD, Set.of(), false);
    }

    /** The merge of a column. */
    public MergeRule mergeOf(String column) {
        return merges.getOrDefault(column, merge);
    }

    /** Refuses to be in one mesh with a table of the same topics; Kafka tells no '.' from a '_', and takes few other characters. */
    void besides(List<Table> others, List<Site> sites) {
        asksOnly(sites);
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

    private void asksOnly(List<Site> sites) {
        List<SiteId> known = sites.stream().map(Site::id).toList();
        Stream.concat(Stream.of(merge), merges.values().stream())
                .flatMap(rule -> rule.priority().stream())
                .filter(site -> !known.contains(site))
                .findFirst()
                .ifPresent(site -> {
                    throw new IllegalArgumentException("table " + id + ": 'priority' names site " + site
                            + ", which the mesh does not have: its sites are " + known);
                });
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
