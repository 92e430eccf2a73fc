package io.antiphon.benchmarks;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Columns;
import io.antiphon.resolve.Heard;
import io.antiphon.resolve.Heard.Operation;
import io.antiphon.resolve.Outcome;
import io.antiphon.resolve.Partition;
import io.antiphon.resolve.Resolver;
import io.antiphon.resolve.Row;
import io.antiphon.resolve.RowState;
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
import org.openjdk.jmh.annotations.Scope;
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
    private static final Row BERLINS = Row.of(1L, "item number 1", "city 2", 1L, "noon");
    private static final Row TOKYOS = Row.of(1L, "item number 1", "city 3", 1L, "noon");

    private final Resolver resolver = new Resolver(List.of(BERLIN, TOKYO));
    private final Columns columns = Columns.each(FIRST.size());
    private final Partition partition = new Answered(NOON + 10);
    private final Heard insert = new Heard.Local(BERLIN, Operation.INSERT, null, FIRST, NOON, NOON);
    private final Heard ofBerlin = new Heard.Local(BERLIN, Operation.UPDATE, FIRST, BERLINS, NOON + 20, NOON + 20);
    private final Heard ofTokyo = new Heard.Local(TOKYO, Operation.UPDATE, FIRST, TOKYOS, NOON + 30, NOON + 30);
    private final RowState inserted = state(null, insert);
    private final Heard echo = new Heard.Echo(TOKYO, inserted.version(), null, FIRST, NOON + 5);
    private final RowState acknowledged = state(inserted, echo);
    private final RowState updated = state(acknowledged, ofBerlin);

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

    private record Answered(long lastVersion) implements Partition {
        @Override
        public long answered(SiteId site) {
            return NOON - 1;
        }
    }
}
