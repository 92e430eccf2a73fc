package io.antiphon.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.resolve.Columns.Unit;
import java.math.BigDecimal;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Conflicts that the manuals of other products work through, in our words, and what they come to here; where that is something else than
 * there, the example says so. Rows are {@code (id, text, number)}, or what the example says.
 */
class PublishedExamplesTest {
    private static final Columns COLUMNS = Columns.each(3);
    private static final Columns ROWS = Columns.together(3);

    /** @param row what every site holds in the end; null for no row */
    record Example(
            String source,
            String says,
            Columns columns,
            Consumer<Sites> history,
            @Nullable Row row) {
        @Override
        public String toString() {
            return source + ": " + says;
        }
    }

    /** Three sites that hear of each other only when they are told to. */
    static final class Sites {
        final OneRow row;
        final OneRow.Log a;
        final OneRow.Log b;
        final OneRow.Log c;

        Sites(Columns columns) {
            row = new OneRow(columns, "a", "b", "c");
            a = row.log("a");
            b = row.log("b");
            c = row.log("c");
        }

        /** The row is at every site. */
        void have(Object... values) {
            a.inserts(10, values);
            allHear();
        }

        void allHear() {
            a.echoes();
            b.echoes();
            c.echoes();
        }
    }

    static List<Example> examples() {
        return List.of(
                new Example(
                        "Spock, conflict avoidance",
                        "two withdrawals of 1000 from a balance of 1000 overlap: the balance is -1000",
                        with(2, new Policy.Deltas(new Amounts())),
                        sites -> {
                            sites.have(1, "acct", 1000);
                            sites.a.updates(20, 1, "acct", 0);
                            sites.b.updates(21, 1, "acct", 0);
                        },
                        Row.of(1, "acct", -1000)),
                new Example(
                        "Spock, insert_exists",
                        "the later of two inserts of one key stands",
                        COLUMNS,
                        sites -> {
                            sites.a.inserts(20, 1, "a", 1);
                            sites.b.inserts(30, 1, "b", 2);
                        },
                        Row.of(1, "b", 2)),
                new Example(
                        "Spock, update_missing",
                        "an update meets a row that was deleted; there an error for a person, here the later wins",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.a.deletes(20);
                            sites.b.updates(30, 1, "y", 1);
                        },
                        Row.of(1, "y", 1)),
                new Example(
                        "Spock, delete_missing",
                        "both sites delete: the row is gone, and that is no conflict",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.a.deletes(20);
                            assertThat(sites.b.deletes(30)).isNotInstanceOf(Outcome.Decided.class);
                        },
                        null),
                new Example(
                        "Spock, delete_exists",
                        "a delete older than the row's last change does not take it away",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.a.updates(30, 1, "y", 1);
                            sites.b.deletes(20);
                        },
                        Row.of(1, "y", 1)),
                new Example(
                        "PGD, row-level default",
                        "of two updates of different columns the later row is kept, the other discarded",
                        ROWS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.a.updates(20, 1, "a", 1);
                            sites.b.updates(30, 1, "x", 2);
                        },
                        Row.of(1, "x", 2)),
                new Example(
                        "PGD, column-level conflict detection",
                        "updates of different columns are both kept",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.a.updates(20, 1, "a", 1);
                            sites.b.updates(30, 1, "x", 2);
                        },
                        Row.of(1, "a", 2)),
                new Example(
                        "PGD, three nodes",
                        "a third site hears of the second's update before the first's: all end the same",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.b.updates(30, 1, "b", 1);
                            sites.c.echoes();
                            sites.a.updates(20, 1, "a", 1);
                            sites.c.updates(25, 1, "c", 1);
                        },
                        Row.of(1, "c", 1)),
                new Example(
                        "PGD, update_recently_deleted",
                        "an update older than the delete does not bring the row back",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.a.deletes(30);
                            sites.b.updates(20, 1, "y", 1);
                        },
                        null),
                new Example(
                        "PGD, delete_recently_updated",
                        "a delete older than an update is skipped",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.b.updates(30, 1, "y", 1);
                            sites.a.deletes(20);
                        },
                        Row.of(1, "y", 1)),
                new Example(
                        "PGD, CRDT sum",
                        "increments at three sites at once all count",
                        with(2, new Policy.Deltas(new Amounts())),
                        sites -> {
                            sites.have(1, "x", 10);
                            sites.a.updates(20, 1, "x", 11);
                            sites.b.updates(20, 1, "x", 12);
                            sites.c.updates(20, 1, "x", 13);
                        },
                        Row.of(1, "x", 16)),
                new Example(
                        "GoldenGate, CDR with USEDELTA and USEMAX",
                        "one column adds differences while another keeps the greater",
                        new Columns(
                                3,
                                List.of(),
                                List.of(
                                        Unit.of(1, new Policy.Combination("max", PublishedExamplesTest::greater)),
                                        Unit.of(2, new Policy.Deltas(new Amounts()))),
                                Deletes.LAST_WRITER_WINS),
                        sites -> {
                            sites.have(1, 10, 100);
                            sites.a.updates(20, 1, 17, 90);
                            sites.b.updates(30, 1, 12, 130);
                        },
                        Row.of(1, 17, 120)),
                new Example(
                        "TiCDC active-active, last write wins",
                        "two clusters set one key to x and to y: the later commit stands, whichever is replicated first",
                        ROWS,
                        sites -> {
                            sites.have(1, "", 0);
                            sites.b.updates(30, 1, "y", 0);
                            sites.a.updates(20, 1, "x", 0);
                        },
                        Row.of(1, "y", 0)),
                new Example(
                        "TiCDC active-active, last write wins",
                        "a client writes x at one cluster, then y at another whose clock is behind; there x may stand, here too, unless y had seen x",
                        ROWS,
                        sites -> {
                            sites.have(1, "", 0);
                            sites.a.updates(30, 1, "x", 0);
                            sites.b.echoes();
                            sites.b.updates(20, 1, "y", 0);
                        },
                        Row.of(1, "y", 0)),
                new Example(
                        "TiCDC active-active, soft delete",
                        "a row that was deleted and inserted again elsewhere is the new one, whatever is late of the old",
                        COLUMNS,
                        sites -> {
                            sites.have(1, "x", 1);
                            sites.a.deletes(20);
                            sites.b.echoes();
                            sites.b.inserts(25, 1, "new", 2);
                            sites.c.updates(99, 1, "late", 1);
                        },
                        Row.of(1, "new", 2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void comesToWhatIsSaid(Example example) {
        var sites = new Sites(example.columns);

        example.history.accept(sites);

        assertThat(sites.row.row()).isEqualTo(example.row);
    }

    private static Columns with(int column, Policy policy) {
        return new Columns(3, List.<BitSet>of(), List.of(Unit.of(column, policy)), Deletes.LAST_WRITER_WINS);
    }

    private static Object greater(@Nullable Object one, @Nullable Object other) {
        return Math.max((int) one, (int) other);
    }

    private record Amounts() implements Policy.Amounts {
        @Override
        public BigDecimal of(@Nullable Object value) {
            return BigDecimal.valueOf((int) value);
        }

        @Override
        public Object shown(BigDecimal sum) {
            return sum.intValueExact();
        }
    }
}
