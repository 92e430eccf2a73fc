package io.antiphon.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectRestTest {
    private record Answer(int status, String body) {}

    private final Queue<Answer> answers = new ArrayDeque<>();
    private HttpServer server;
    private ConnectRest connect;

    @BeforeEach
    void listen() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            Answer answer = answers.remove();
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        connect = new ConnectRest("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void waitsOutARebalance() {
        answers.add(new Answer(409, "{\"message\":\"a rebalance is under way\"}"));
        answers.add(new Answer(200, "[\"capture-berlin\"]"));
        assertThat(connect.connectors()).containsExactly("capture-berlin");
    }

    @Test
    void saysWhatConnectSaysInOneLine() {
        answers.add(new Answer(400, "{\"error_code\":400,\"message\":\"Connector configuration is invalid\\nvery\"}"));
        assertThatThrownBy(() -> connect.put("apply-berlin", Map.of()))
                .isInstanceOf(StackException.class)
                .hasMessage(
                        "Kafka Connect refused PUT /connectors/apply-berlin/config (400): Connector configuration is invalid very");
    }

    @Test
    void runsOnlyWhenEveryTaskRuns() {
        assertThat(status("RUNNING").running()).isFalse();
        assertThat(status("RUNNING", "RUNNING", "PAUSED").running()).isFalse();
        assertThat(status("RUNNING", "RUNNING", "RUNNING").running()).isTrue();
    }

    @Test
    void tellsTheInnermostCauseOfAFailure() {
        var task = new ConnectRest.Task(0, "FAILED", """
                org.apache.kafka.connect.errors.ConnectException: Error while starting
                \tat org.apache.kafka.connect.Some.method(Some.java:1)
                Caused by: java.lang.IllegalStateException: on the way
                Caused by: org.postgresql.util.PSQLException: FATAL: password authentication failed
                \t... 3 more""");
        assertThat(new ConnectRest.Status("capture-berlin", "RUNNING", "", List.of(task)).failure())
                .contains("PSQLException: FATAL: password authentication failed");
    }

    @Test
    void tellsWhatToDoWhereTheSlotIsGone() {
        var task = new ConnectRest.Task(0, "FAILED", """
                io.debezium.DebeziumException: The connector is trying to read change stream starting at PostgresOffsetContext [lsn=LSN{0/1BB9D68}], \
                but this is no longer available on the server. Reconfigure the connector to use a snapshot mode when needed.
                \tat io.debezium.connector.common.BaseSourceTask.validateSchemaHistory(BaseSourceTask.java:1)""");
        assertThat(new ConnectRest.Status("capture-berlin", "RUNNING", "", List.of(task)).failure())
                .hasValueSatisfying(reason ->
                        assertThat(reason).contains("slot is gone or lost", "run antiphon remove and start again"));
    }

    private static ConnectRest.Status status(String connector, String... tasks) {
        return new ConnectRest.Status(
                "apply-berlin",
                connector,
                "",
                List.of(tasks).stream()
                        .map(state -> new ConnectRest.Task(0, state, ""))
                        .toList());
    }
}
