package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether sequences at different sites can give the same number to two rows, and how to interleave them. */
final class SequenceExamination {
    /** Numbers left free for what applications take between the examination and the mend. */
    private static final BigInteger MARGIN = BigInteger.valueOf(1000);

    private final TableId table;
    private final List<Examined> sites;

    SequenceExamination(TableId table, List<Examined> sites) {
        this.table = table;
        this.sites = sites;
    }

    /** What numbers a column at one site. */
    private record Numbering(Examined site, Shape.Sequence sequence) {}

    void examine() {
        var byColumn = new LinkedHashMap<String, List<Numbering>>();
        for (Examined site : sites) {
            var seen = new HashSet<String>();
            for (Shape.Sequence sequence : sequences(site)) {
                if (seen.add(sequence.column())) {
                    byColumn.computeIfAbsent(sequence.column(), column -> new ArrayList<>())
                            .add(new Numbering(site, sequence));
                }
            }
        }
        byColumn.forEach(this::interleave);
    }

    private List<Shape.Sequence> sequences(Examined site) {
        Optional<Shape> shape = site.shape(table);
        try {
            return shape.isPresent() ? shape.get().sequences(site.connection()) : List.of();
        } catch (SQLException e) {
            site.findings().trouble(table.toString(), e);
            return List.of();
        }
    }

    private void interleave(String column, List<Numbering> numberings) {
        Set<String> colliding = colliding(numberings);
        if (colliding.isEmpty()) {
            return;
        }
        BigInteger sites = BigInteger.valueOf(numberings.size());
        BigInteger base = free(column, numberings, sites);
        for (int i = 0; i < numberings.size(); i++) {
            String start = base.add(BigInteger.valueOf(i)).toString();
            numberings
                    .get(i)
                    .site()
                    .findings()
                    .warns(
                            table.toString(),
                            "the sequence of its column " + column + " gives the same numbers as at another site (of "
                                    + String.join(", ", colliding) + "), and two new rows would be taken for one",
                            "at each site its own, as the sequence's owner",
                            "ALTER SEQUENCE " + numberings.get(i).sequence().sql() + " INCREMENT BY " + sites
                                    + " START WITH " + start + " RESTART WITH " + start);
        }
    }

    private static Set<String> colliding(List<Numbering> numberings) {
        var colliding = new LinkedHashSet<String>();
        for (Numbering one : numberings) {
            for (Numbering other : numberings) {
                if (one != other && collide(one.sequence(), other.sequence())) {
                    colliding.add(one.site().name());
                }
            }
        }
        return colliding;
    }

    /** Two arithmetic progressions meet when their distance is a multiple of the steps' greatest common divisor. */
    private static boolean collide(Shape.Sequence a, Shape.Sequence b) {
        boolean overlap = lowest(a).compareTo(highest(b)) <= 0 && lowest(b).compareTo(highest(a)) <= 0;
        BigInteger step = a.increment().gcd(b.increment());
        return overlap && a.next().subtract(b.next()).mod(step).signum() == 0;
    }

    private static BigInteger lowest(Shape.Sequence sequence) {
        return sequence.increment().signum() > 0 && !sequence.cycles() ? sequence.next() : sequence.min();
    }

    private static BigInteger highest(Shape.Sequence sequence) {
        return sequence.increment().signum() < 0 && !sequence.cycles() ? sequence.next() : sequence.max();
    }

    /** A multiple of the number of sites above everything given out so far. */
    private BigInteger free(String column, List<Numbering> numberings, BigInteger sites) {
        BigInteger highest = BigInteger.ZERO;
        BigInteger end = numberings.get(0).sequence().max();
        for (Numbering numbering : numberings) {
            highest = highest.max(numbering.sequence().next()).max(highestIn(column, numbering.site()));
            end = end.min(numbering.sequence().max());
        }
        BigInteger withMargin = highest.add(MARGIN.multiply(sites));
        BigInteger from = withMargin.shiftLeft(1).compareTo(end) < 0 ? withMargin : highest;
        return from.divide(sites).add(BigInteger.ONE).multiply(sites);
    }

    private BigInteger highestIn(String column, Examined site) {
        String query = "SELECT max(" + SqlText.identifier(column) + ")::text FROM " + SqlText.table(table);
        try (Statement statement = site.connection().createStatement()) {
            Savepoint before = site.connection().setSavepoint();
            try (ResultSet row = statement.executeQuery(query)) {
                row.next();
                String text = row.getString(1);
                return text == null ? BigInteger.ZERO : new BigDecimal(text).toBigInteger();
            } catch (SQLException | NumberFormatException e) {
                // Without the right to read it, which is a finding of its own, the sequence alone has to say how far it
                // has come.
                site.connection().rollback(before);
                return BigInteger.ZERO;
            }
        } catch (SQLException e) {
            site.findings().trouble(table.toString(), e);
            return BigInteger.ZERO;
        }
    }
}
