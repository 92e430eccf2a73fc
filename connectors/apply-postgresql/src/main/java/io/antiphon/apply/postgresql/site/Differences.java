package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** What sites that are each fit disagree about; the first site that has a table says how it ought to be. */
final class Differences {
    private final List<TableId> tables;
    private final List<Examined> sites;

    Differences(List<TableId> tables, List<Examined> sites) {
        this.tables = tables;
        this.sites = sites;
    }

    void examine() {
        sameDatabase();
        for (TableId table : tables) {
            Optional<Examined> model =
                    sites.stream().filter(site -> site.shape(table).isPresent()).findFirst();
            for (Examined site : sites) {
                Optional<Shape> here = site.shape(table);
                if (here.isEmpty()) {
                    missing(site, table, model);
                } else if (!site.equals(model.orElseThrow())) {
                    compare(
                            site,
                            here.get(),
                            model.get(),
                            model.get().shape(table).orElseThrow());
                }
            }
            new SequenceExamination(table, sites).examine();
        }
    }

    /**
     * A lock that one of them takes is seen by the other, and by nobody else. System identifiers would say the same of a site that was
     * made from a physical copy of another.
     */
    private void sameDatabase() {
        for (int i = 0; i < sites.size(); i++) {
            Examined site = sites.get(i);
            long lock = ThreadLocalRandom.current().nextLong();
            if (!locks(site, lock)) {
                continue;
            }
            for (Examined other : sites.subList(i + 1, sites.size())) {
                if (!locks(other, lock)) {
                    other.findings()
                            .blocks(
                                    "database",
                                    "it is the same database as the site " + site.name(),
                                    "correct one of the urls");
                }
            }
        }
    }

    private static boolean locks(Examined site, long lock) {
        try (PreparedStatement query = site.connection().prepareStatement("SELECT pg_try_advisory_xact_lock(?)")) {
            query.setLong(1, lock);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        } catch (SQLException e) {
            site.findings().trouble("database", e);
            return true;
        }
    }

    private static void missing(Examined site, TableId table, Optional<Examined> model) {
        if (model.isPresent()) {
            site.findings()
                    .blocks(
                            table.toString(),
                            "there is no such table, as there is at "
                                    + model.get().name(),
                            "create it as it is there, with pg_dump --schema-only");
        } else {
            site.findings()
                    .blocks(table.toString(), "there is no such table at any site", "create it, or correct its name");
        }
    }

    private static void compare(Examined site, Shape here, Examined model, Shape there) {
        String subject = here.table().toString();
        String alter = "ALTER TABLE " + SqlText.table(here.table());
        if (here.key().isPresent() && there.key().isPresent()) {
            Shape.Key key = here.key().get();
            List<String> other = there.key().get().columns();
            if (!key.columns().equals(other)) {
                site.findings()
                        .blocks(
                                subject,
                                "its key is (" + String.join(", ", key.columns()) + "), and ("
                                        + String.join(", ", other) + ") at " + model.name(),
                                "here or there, as its owner",
                                alter + " DROP CONSTRAINT " + SqlText.identifier(key.constraint())
                                        + ", ADD PRIMARY KEY (" + SqlText.identifiers(other) + ")");
            }
        }
        var keys = new HashSet<>(here.key().map(Shape.Key::columns).orElse(List.of()));
        keys.addAll(there.key().map(Shape.Key::columns).orElse(List.of()));
        for (Shape.Column column : there.columns()) {
            Shape.Column mine = here.column(column.name());
            if (mine == null) {
                lacks(site, subject, alter, column, model);
            } else {
                compare(site, subject, alter, mine, column, model);
                if (!keys.contains(column.name())) {
                    compareNulls(site, subject, alter, mine, column, model);
                }
            }
        }
        for (Shape.Column column : here.columns()) {
            if (there.column(column.name()) == null) {
                lacks(model, subject, alter, column, site);
            }
        }
    }

    private static void lacks(Examined site, String subject, String alter, Shape.Column column, Examined other) {
        site.findings()
                .blocks(
                        subject,
                        "it has no column " + column.name() + ", as it has at " + other.name(),
                        "as its owner",
                        alter + " ADD COLUMN " + SqlText.identifier(column.name()) + " " + column.type());
    }

    private static void compare(
            Examined site, String subject, String alter, Shape.Column here, Shape.Column there, Examined model) {
        String name = SqlText.identifier(here.name());
        if (!here.type().equals(there.type())) {
            site.findings()
                    .blocks(
                            subject,
                            "its column " + here.name() + " is " + here.type() + ", and " + there.type() + " at "
                                    + model.name(),
                            "here or there, as its owner",
                            alter + " ALTER COLUMN " + name + " TYPE " + there.type() + " USING " + name + "::"
                                    + there.type());
            return;
        }
        addLabels(site, subject, here, there, model);
        addLabels(model, subject, there, here, site);
    }

    private static void compareNulls(
            Examined site, String subject, String alter, Shape.Column here, Shape.Column there, Examined model) {
        if (here.notNull() && !there.notNull()) {
            relax(site, subject, alter, here.name(), model);
        } else if (there.notNull() && !here.notNull()) {
            relax(model, subject, alter, here.name(), site);
        }
    }

    private static void addLabels(
            Examined site, String subject, Shape.Column here, Shape.Column there, Examined other) {
        Set<String> lacking = new LinkedHashSet<>(there.labels());
        here.labels().forEach(lacking::remove);
        if (!lacking.isEmpty()) {
            String type = here.type().replaceFirst("(\\[\\])+$", "");
            site.findings()
                    .blocks(
                            subject,
                            "the type of its column " + here.name() + " lacks " + String.join(", ", lacking)
                                    + ", which it has at " + other.name(),
                            "as the type's owner",
                            lacking.stream()
                                    .map(label ->
                                            "ALTER TYPE " + type + " ADD VALUE IF NOT EXISTS " + SqlText.literal(label))
                                    .toArray(String[]::new));
        }
    }

    private static void relax(Examined site, String subject, String alter, String column, Examined other) {
        site.findings()
                .warns(
                        subject,
                        "its column " + column + " must not be null, and may be at " + other.name()
                                + ", whose rows would be refused here",
                        "as its owner",
                        alter + " ALTER COLUMN " + SqlText.identifier(column) + " DROP NOT NULL");
    }
}
