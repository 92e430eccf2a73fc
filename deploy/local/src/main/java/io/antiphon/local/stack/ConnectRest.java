package io.antiphon.local.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.local.process.Deadline;
import io.antiphon.mesh.MeshName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kafka Connect's REST interface, as far as we use it. Waits out rebalances. */
public final class ConnectRest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration REBALANCE = Duration.ofSeconds(60);

    /** What has just been written through one request is not at once read by the next. */
    private static final Duration APPEARING = Duration.ofSeconds(5);

    /** What Debezium says where the slot does not begin before what it had read. */
    private static final String LOG_GONE = "but this is no longer available on the server";

    /** The state of a connector and of its tasks. */
    public record Status(String name, String state, String trace, List<Task> tasks) {
        public Status {
            tasks = List.copyOf(tasks);
        }

        /** Whether it and every task of it runs; false while it has no task yet. */
        public boolean running() {
            return state.equals("RUNNING")
                    && !tasks.isEmpty()
                    && tasks.stream().allMatch(task -> task.state().equals("RUNNING"));
        }

        /** Why it or a task of it failed, in one line; empty if none did. */
        public Optional<String> failure() {
            if (state.equals("FAILED")) {
                return Optional.of(cause(trace));
            }
            return tasks.stream()
                    .filter(task -> task.state().equals("FAILED"))
                    .map(task -> cause(task.trace()))
                    .findFirst();
        }

        /** The innermost cause a stack trace tells, with the class where the message alone says nothing. */
        private static String cause(String trace) {
            String found = trace.lines().findFirst().orElse("failed");
            for (String line : (Iterable<String>) trace.lines()::iterator) {
                if (line.startsWith("Caused by: ")) {
                    found = line.substring("Caused by: ".length());
                }
            }
            if (found.contains(LOG_GONE)) {
                return "what was written there since it stopped cannot be read any more, because its slot is gone or lost"
                        + Continuity.MEND;
            }
            return found.replaceFirst("^(?:[a-z_0-9]+\\.)+", "");
        }
    }

    /** One task of a connector. */
    public record Task(int id, String state, String trace) {}

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String address;

    public ConnectRest(String address) {
        this.address = address;
    }

    boolean answers() throws IOException, InterruptedException {
        return send("GET", "/", null).statusCode() == 200;
    }

    public List<String> connectors() {
        var names = new ArrayList<String>();
        call("GET", "/connectors", null).forEach(name -> names.add(name.asText()));
        return names;
    }

    /** Creates a connector, or changes its configuration where it differs. */
    public void put(String name, Map<String, String> settings) {
        call("PUT", "/connectors/" + name + "/config", JSON.valueToTree(settings));
    }

    public Map<String, String> settings(String name) {
        return JSON.convertValue(
                call("GET", "/connectors/" + name + "/config", null),
                JSON.getTypeFactory().constructMapType(Map.class, String.class, String.class));
    }

    /** Whether a connector is one of this mesh. */
    public boolean isOf(MeshName mesh, String name) {
        Map<String, String> settings = settings(name);
        return Stream.of("antiphon.mesh", "transforms.capture.mesh")
                .anyMatch(key -> mesh.text().equals(settings.get(key)));
    }

    public Status status(String name) {
        JsonNode status = call("GET", "/connectors/" + name + "/status", null);
        var tasks = new ArrayList<Task>();
        status.path("tasks")
                .forEach(task -> tasks.add(new Task(
                        task.path("id").asInt(),
                        task.path("state").asText(),
                        task.path("trace").asText(""))));
        JsonNode connector = status.path("connector");
        return new Status(
                name, connector.path("state").asText(), connector.path("trace").asText(""), tasks);
    }

    /** Stops a connector's tasks from working until {@link #resume}; its position is kept. Returns when they have stopped. */
    public void pause(String name) {
        call("PUT", "/connectors/" + name + "/pause", null);
        awaitState(name, "PAUSED");
    }

    /** Lets a paused connector go on. Returns when its tasks run. */
    public void resume(String name) {
        call("PUT", "/connectors/" + name + "/resume", null);
        awaitState(name, "RUNNING");
    }

    /** Takes a connector's tasks down altogether, so that whatever they hold is free; its position is kept. {@link #resume} undoes it. */
    public void stop(String name) {
        call("PUT", "/connectors/" + name + "/stop", null);
        awaitState(name, "STOPPED");
    }

    /** Forgets how far a {@linkplain #stop stopped} connector had come: it begins anew. */
    public void forget(String name) {
        call("DELETE", "/connectors/" + name + "/offsets", null);
    }

    /** Starts what has failed of a connector again. */
    public void restartFailed(String name) {
        call("POST", "/connectors/" + name + "/restart?includeTasks=true&onlyFailed=true", null);
    }

    public void restart(String name) {
        call("POST", "/connectors/" + name + "/restart?includeTasks=true", null);
    }

    public void delete(String name) {
        call("DELETE", "/connectors/" + name, null);
    }

    private void awaitState(String name, String state) {
        if (!Deadline.in(REBALANCE).sees(() -> is(name, state), LOOK)) {
            throw new StackException("connector " + name + " is not " + state + " after " + REBALANCE.toSeconds()
                    + " s, but " + status(name));
        }
    }

    private boolean is(String name, String state) {
        Status status = status(name);
        if (status.failure().isPresent() && state.equals("RUNNING")) {
            throw new StackException(
                    "connector " + name + " failed: " + status.failure().get());
        }
        return status.state().equals(state)
                && status.tasks().stream().allMatch(task -> task.state().equals(state));
    }

    private JsonNode call(String method, String path, @Nullable JsonNode body) {
        Deadline deadline = Deadline.in(REBALANCE);
        Deadline appears = Deadline.in(APPEARING);
        while (true) {
            try {
                HttpResponse<String> response = send(method, path, body == null ? null : body.toString());
                int status = response.statusCode();
                if (status / 100 == 2) {
                    return response.body().isEmpty() ? JSON.missingNode() : JSON.readTree(response.body());
                }
                boolean passing = status == 409 || status == 500 || status == 503;
                boolean notThereYet = status == 404 && !appears.passed();
                if (!notThereYet && (!passing || deadline.passed())) {
                    throw new StackException("Kafka Connect refused " + method + " " + path + " (" + status + "): "
                            + message(response.body()));
                }
            } catch (IOException e) {
                if (deadline.passed()) {
                    throw new StackException("Kafka Connect at " + address + " does not answer: " + e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StackException("interrupted");
            }
            Deadline.pause(LOOK);
        }
    }

    private HttpResponse<String> send(String method, String path, @Nullable String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(CALL)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String message(String body) {
        try {
            return JSON.readTree(body)
                    .path("message")
                    .asText(body)
                    .lines()
                    .reduce((a, b) -> a + " " + b)
                    .orElse("");
        } catch (IOException notJson) {
            return body;
        }
    }
}
