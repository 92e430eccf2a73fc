package io.antiphon.scenario;

import static io.antiphon.fault.CrashOf.broker;
import static io.antiphon.fault.CrashOf.connect;
import static io.antiphon.fault.CrashOf.crashOf;
import static io.antiphon.fault.CrashOf.database;
import static io.antiphon.fault.CrashOf.registry;
import static io.antiphon.fault.CrashOf.resolver;
import static io.antiphon.guarantee.CausalNeverLoses.causalNeverLoses;
import static io.antiphon.guarantee.Convergence.convergence;
import static io.antiphon.guarantee.NeverGoesBack.neverGoesBack;
import static io.antiphon.guarantee.NothingLostSilently.nothingLostSilently;
import static io.antiphon.guarantee.UniqueAndChecksHold.uniqueAndChecksHold;
import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.fault.CrashOf;
import io.antiphon.mesh.TableId;
import io.antiphon.site.Ground;
import io.antiphon.site.Mesh;
import io.antiphon.site.Site;
import io.antiphon.site.WallClock;
import io.antiphon.site.WriteCount;
import io.antiphon.site.WriteCount.Writes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any process may end at any moment. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashesIT {
    private static final String TABLES = """
            CREATE TABLE hot (id int PRIMARY KEY, note text);
            CREATE TABLE once (id int PRIMARY KEY, note text);""";

    private Mesh mesh;

    @BeforeAll
    void a_mesh() {
        mesh = Mesh.start(
                "crash",
                new TreeMap<>(Map.of("berlin", WallClock.RIGHT, "tokyo", WallClock.RIGHT)),
                List.of(Ground.of("crash", TABLES)));
    }

    @AfterAll
    void stops() {
        mesh.close();
    }

    static Stream<CrashOf> victims() {
        return Stream.of(resolver(), connect(), broker(), registry(), database("tokyo"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("victims")
    void nothing_is_lost_and_nothing_doubled_in(CrashOf crash) {
        Site berlin = mesh.site("berlin");
        Site tokyo = mesh.site("tokyo");
        int before = berlin.rows("crash.once").size();
        try (WriteCount atBerlin = berlin.counting("crash.once");
                WriteCount atTokyo = tokyo.counting("crash.once")) {
            berlin.writes(
                    "INSERT INTO crash.once SELECT i + (SELECT count(*) FROM crash.once), 'x' FROM generate_series(1, 3000) i");

            Rivalry.of(mesh, "crash.hot")
                    .writing(300)
                    .during(crashOf(crash))
                    .holds(
                            convergence(),
                            nothingLostSilently(),
                            causalNeverLoses(),
                            neverGoesBack(),
                            uniqueAndChecksHold());

            mesh.settles(List.of(new TableId("crash", "once")));
            assertThat(tokyo.rows("crash.once")).hasSize(before + 3_000).isEqualTo(berlin.rows("crash.once"));
            assertThat(atTokyo.writes()).as("nothing doubled").isEqualTo(new Writes(0, 3_000));
            assertThat(atBerlin.writes()).isEqualTo(new Writes(3_000, 0));
        }
    }
}
