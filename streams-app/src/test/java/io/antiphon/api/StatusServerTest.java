package io.antiphon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The HTTP interface of a resolver")
class StatusServerTest {
    private static final String LOOPBACK = "127.0.0.1";
    private static final SiteId BERLIN = new SiteId("berlin");
    private static final SiteId TOKYO = new SiteId("tokyo");
    private static final TableId CUSTOMER = new TableId("public", "customer");
    private static final TableId INVOICE = new TableId("public", "invoice");

    private final Progress progress =
            new Progress(new MeshName("shop"), List.of(BERLIN, TOKYO), List.of(CUSTOMER, INVOICE), () -> 0);
    private volatile State state = State.RUNNING;
    private final StatusServer server = StatusServer.start(LOOPBACK, 0, progress, () -> state, this::row);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void tells_the_status_as_json() throws Exception {
        progress.captured(BERLIN, 7);
        progress.decided(BERLIN, 5);
        progress.refused(TOKYO, 2);
        progress.deadLetters(TOKYO, 1);
        progress.at(TOKYO).delivery(CUSTOMER, 3).applied(100, 4, 1_500_000);
        progress.conflicts(CUSTOMER, 3);
        progress.held(INVOICE, 0, "was truncated");

        HttpResponse<String> answer = get("/api/status");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(new ObjectMapper().readTree(answer.body())).isEqualTo(new ObjectMapper().readTree("""
                                {"mesh": "shop", "state": "running", "conflicts": 3,
                                 "sites": {
                                   "berlin": {"captured": 7, "decided": 5, "applied": 0, "lagSeconds": 0.0, "refusals": 0, "deadLetters": 0, "pulledBack": 0, "fellBack": 0},
                                   "tokyo": {"captured": 0, "decided": 0, "applied": 4, "lagSeconds": 1.5, "refusals": 2, "deadLetters": 1, "pulledBack": 0, "fellBack": 0}},
                                 "tables": {
                                   "public.customer": {"held": null, "conflicts": 3},
                                   "public.invoice": {"held": "was truncated", "conflicts": 0}}}
                                """));
    }

    @ParameterizedTest(name = "{0}: {1}, ready {2}, live {3}")
    @CsvSource({
        "CREATED, starting, 503, 200",
        "REBALANCING, rebalancing, 503, 200",
        "RUNNING, running, 200, 200",
        "PENDING_SHUTDOWN, stopping, 503, 200",
        "NOT_RUNNING, stopping, 503, 200",
        "PENDING_ERROR, error, 503, 503",
        "ERROR, error, 503, 503"
    })
    void says_whether_it_is_ready_and_live(State now, String word, int ready, int live) throws Exception {
        state = now;

        assertThat(get("/health/ready").statusCode()).isEqualTo(ready);
        assertThat(get("/health").statusCode()).isEqualTo(ready);
        assertThat(get("/health").body()).contains("\"state\":\"" + word + "\"");
        assertThat(get("/health/live").statusCode()).isEqualTo(live);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            /api/rows/public.customer?key=%5B1%5D | 200 | {"version":7}
            /api/rows/public.customer?key=%5B2%5D | 404 | {"cause":"nothing is remembered of this row"}
            /api/rows/public.customer             | 400 | {"cause":"say which row: ?key=[1]"}
            /api/rows/public.away?key=%5B1%5D     | 503 | {"cause":"another resolver has it"}
            """)
    void tells_what_is_remembered_of_a_row(String path, int status, String body) throws Exception {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body);
    }

    private Optional<Map<String, Object>> row(String table, String key) {
        if (table.equals("public.away")) {
            throw new Rows.NotHereException("another resolver has it", new IllegalStateException());
        }
        return key.equals("[1]") ? Optional.of(Map.of("version", 7)) : Optional.empty();
    }

    @Test
    void gives_its_metrics_to_prometheus() throws Exception {
        progress.captured(BERLIN, 7);
        progress.at(TOKYO).delivery(CUSTOMER, 3).applied(100, 4, 1_500_000);
        progress.conflicts(CUSTOMER, 3);
        progress.held(INVOICE, 0, "was truncated");

        HttpResponse<String> answer = get("/metrics");

        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
        assertThat(answer.body().lines())
                .contains(
                        "antiphon_changes_captured_total{mesh=\"shop\",site=\"berlin\"} 7.0",
                        "antiphon_changes_decided_total{mesh=\"shop\",site=\"berlin\"} 0.0",
                        "antiphon_rows_applied_total{mesh=\"shop\",site=\"tokyo\"} 4.0",
                        "antiphon_lag_seconds{mesh=\"shop\",site=\"tokyo\"} 1.5",
                        "antiphon_guard_refusals_total{mesh=\"shop\",site=\"tokyo\"} 0.0",
                        "antiphon_dead_letters_total{mesh=\"shop\",site=\"tokyo\"} 0.0",
                        "antiphon_clock_pulled_back_total{mesh=\"shop\",site=\"tokyo\"} 0.0",
                        "antiphon_fall_backs_total{mesh=\"shop\",site=\"tokyo\"} 0.0",
                        "antiphon_conflicts_total{mesh=\"shop\",table=\"public.customer\"} 3.0",
                        "antiphon_table_held{mesh=\"shop\",table=\"public.invoice\"} 1.0")
                .anyMatch(line -> line.startsWith("process_cpu_usage"))
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes"));
    }

    @Test
    void gives_the_metrics_of_kafka_streams_too(@TempDir java.nio.file.Path folder) throws Exception {
        var settings = new Properties();
        settings.putAll(
                Map.of("application.id", "shop", "bootstrap.servers", "127.0.0.1:1", "state.dir", folder.toString()));
        var topology = new StreamsBuilder();
        topology.stream("changes");
        try (var streams = new KafkaStreams(topology.build(), settings);
                var ofStreams = StatusServer.start(LOOPBACK, 0, progress, streams, this::row)) {
            assertThat(get(ofStreams, "/api/status").body()).contains("\"state\":\"starting\"");
            assertThat(get(ofStreams, "/metrics").body()).contains("kafka_stream_");
        }
    }

    @Test
    void says_in_one_line_that_its_port_is_in_use() throws IOException {
        try (var other = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            int port = other.getLocalPort();
            assertThatThrownBy(() -> StatusServer.start(LOOPBACK, port, progress, () -> state, this::row))
                    .isInstanceOf(CannotListenException.class)
                    .hasMessage("port 127.0.0.1:" + port
                            + " is in use: stop what listens there, or set ports.http to another (0 = any free one)");
        }
    }

    @Test
    void says_in_one_line_that_an_address_is_not_this_machines() {
        assertThatThrownBy(() -> StatusServer.start("192.0.2.1", 0, progress, () -> state, this::row))
                .isInstanceOf(CannotListenException.class)
                .hasMessageStartingWith("cannot listen on 192.0.2.1:0: set ports.listen")
                .hasMessageNotContaining("\n");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return get(server, path);
    }

    private static HttpResponse<String> get(StatusServer server, String path) throws Exception {
        URI uri = URI.create("http://" + LOOPBACK + ":" + server.port() + path);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
