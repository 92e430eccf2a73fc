package io.antiphon.benchmarks;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Columns;
import io.antiphon.resolve.Columns.Unit;
import io.antiphon.resolve.Deletes;
import io.antiphon.resolve.Heard;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.resolve.Outcome;
import io.antiphon.resolve.Partition;
import io.antiphon.resolve.Policy;
import io.antiphon.resolve.Resolver;
import io.antiphon.resolve.Row;
import io.antiphon.resolve.RowState;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A decision alone, without reading or writing anything: to stay below two microseconds, and to allocate in proportion to the row.
 *
 * <p>Run by {@code mvn -q -pl benchmarks -am -DskipTests package && java -jar benchmarks/target/antiphon-benchmarks-*.jar -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecisionBenchmark {
    private static final SiteId BERLIN = new SiteId("berlin");
    private static final SiteId TOKYO = new SiteId("tokyo");
    private static final long NOON = 1_700_000_000_000_000L;
    private static final Row FIRST = Row.of(1L, "item number 1", "city 1", 1L, "noon");
    private static final Row BERLINS = Row.of(1L, "item number 1", "city 2", 2L, "noon");
    private static final Row TOKYOS = Row.of(1L, "item number 1", "city 3", 3L, "noon");

    private static final Columns LAST_WRITER_WINS = Columns.each(FIRST.size());
    private static final Columns EVERY_POLICY = new Columns(
            FIRST.size(),
            List.of(),
            List.of(
                    Unit.of(1, Policy.Choice.firstWriterWins()),
                    Unit.of(2, Policy.Choice.sitePriority(List.of(TOKYO, BERLIN))),
                    Unit.of(3, new Policy.Deltas(new Whole())),
                    Unit.of(4, new Policy.Combination("max", DecisionBenchmark::greater))),
            Deletes.UPDATE_WINS);

    /** What decides the columns. */
    public enum Deciding {
        LAST_WRITER_WINS,
        EVERY_POLICY
    }

    @Param
    @SuppressWarnings("NullAway.Init")
    public Deciding deciding;

    private final Resolver resolver = new Resolver(List.of(BERLIN, TOKYO));
    private final Partition partition = new Answered(NOON + 10);
    private Columns columns = LAST_WRITER_WINS;
    private final Heard insert = new Heard.Local(BERLIN, Operation.INSERT, null, FIRST, NOON, NOON);
    private final Heard ofBerlin = new Heard.Local(BERLIN, Operation.UPDATE, FIRST, BERLINS, NOON + 20, NOON + 20);
    private final Heard ofTokyo = new Heard.Local(TOKYO, Operation.UPDATE, FIRST, TOKYOS, NOON + 30, NOON + 30);
    private RowState inserted = state(null, insert);
    private Heard echo = new Heard.Echo(TOKYO, inserted.version(), null, FIRST, NOON + 5);
    private RowState acknowledged = state(inserted, echo);
    private RowState updated = state(acknowledged, ofBerlin);

    @Setup
    public void decidedSo() {
        columns = deciding == Deciding.EVERY_POLICY ? EVERY_POLICY : LAST_WRITER_WINS;
        inserted = state(null, insert);
        echo = new Heard.Echo(TOKYO, inserted.version(), null, FIRST, NOON + 5);
        acknowledged = state(inserted, echo);
        updated = state(acknowledged, ofBerlin);
    }

    @Benchmark
    public Outcome insert() {
        return resolver.hear(null, insert, columns, partition);
    }

    @Benchmark
    public Outcome echo() {
        return resolver.hear(inserted, echo, columns, partition);
    }

    @Benchmark
    public Outcome update() {
        return resolver.hear(acknowledged, ofBerlin, columns, partition);
    }

    @Benchmark
    public Outcome conflict() {
        return resolver.hear(updated, ofTokyo, columns, partition);
    }

    private RowState state(@Nullable RowState was, Heard heard) {
        return Objects.requireNonNull(
                resolver.hear(was, heard, columns, partition).state());
    }

    private static @Nullable Object greater(@Nullable Object one, @Nullable Object other) {
        return String.valueOf(one).compareTo(String.valueOf(other)) >= 0 ? one : other;
    }

    private static final class Whole implements Policy.Amounts {
        @Override
        public BigDecimal of(@Nullable Object value) {
            return value instanceof Long number ? BigDecimal.valueOf(number) : BigDecimal.ZERO;
        }

        @Override
        public Object shown(BigDecimal sum) {
            return sum.longValueExact();
        }
    }

    private record Answered(long lastVersion) implements Partition {
        @Override
        public long answered(SiteId site) {
            return NOON - 1;
        }
    }
}
