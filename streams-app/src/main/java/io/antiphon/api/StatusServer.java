package io.antiphon.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP interface of a resolver.
 *
 * <pre>
 *   GET /health, /health/ready   200 while it decides, 503 while it does not (yet)
 *   GET /health/live             200 unless it stopped for good
 *   GET /api/status              {@link Status} as JSON
 *   GET /api/rows/TABLE?key=KEY  what is remembered of a row as JSON, 404 for nothing, 503 where it is not here
 *   GET /metrics                 Prometheus text
 * </pre>
 */
public final class StatusServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Deque<AutoCloseable> closings = new ArrayDeque<>();
    private final Progress progress;
    private final Supplier<KafkaStreams.State> state;
    private final Rows rows;
    private final Javalin http;

    private StatusServer(Progress progress, Supplier<KafkaStreams.State> state, Rows rows) {
        this.progress = progress;
        this.state = state;
        this.rows = rows;
        this.http = Javalin.create(config -> config.showJavalinBanner = false)
                .get("/health", this::ready)
                .get("/health/ready", this::ready)
                .get("/health/live", this::live)
                .get("/api/status", this::status)
                .get("/api/rows/{table}", this::row)
                .get("/metrics", context -> context.contentType(PROMETHEUS).result(metrics.scrape()))
                .exception(Exception.class, StatusServer::failed);
        metrics.config().commonTags("mesh", progress.mesh().text());
        Stream.of(new ProgressMetrics(progress), new JvmMemoryMetrics(), new JvmGcMetrics(), new ProcessorMetrics())
                .forEach(this::measure);
    }

    /**
     * Listens, and tells about these streams with their own metrics.
     *
     * @param port 0 for any free one
     * @throws CannotListenException if the port cannot be opened
     */
    public static StatusServer start(String address, int port, Progress progress, KafkaStreams streams, Rows rows) {
        StatusServer server = start(address, port, progress, streams::state, rows);
        server.measure(new KafkaStreamsMetrics(streams));
        return server;
    }

    static StatusServer start(
            String address, int port, Progress progress, Supplier<KafkaStreams.State> state, Rows rows) {
        var server = new StatusServer(progress, state, rows);
        try {
            server.http.start(address, port);
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw cannotListen(address, port, e);
        }
    }

    /** The port that is listened on. */
    public int port() {
        return http.port();
    }

    @Override
    public void close() {
        http.stop();
        for (AutoCloseable closing : closings) {
            try {
                closing.close();
            } catch (Exception e) {
                throw new IllegalStateException("a meter did not close", e);
            }
        }
        metrics.close();
    }

    private void measure(MeterBinder meters) {
        meters.bindTo(metrics);
        if (meters instanceof AutoCloseable closing) {
            closings.push(closing);
        }
    }

    private void ready(Context context) {
        health(context, running().ready());
    }

    private void live(Context context) {
        health(context, running().live());
    }

    private void health(Context context, boolean good) {
        var held = new TreeMap<String, String>();
        progress.tables().forEach(table -> {
            String reason = progress.heldFor(table);
            if (reason != null) {
                held.put(table.toString(), reason);
            }
        });
        json(
                context.status(good ? 200 : 503),
                Map.of("status", good ? "up" : "down", "state", running().word(), "held", held));
    }

    private void status(Context context) {
        json(context, Status.of(progress, running()));
    }

    private void row(Context context) {
        String key = context.queryParam("key");
        if (key == null) {
            json(context.status(400), Map.of("cause", "say which row: ?key=[1]"));
            return;
        }
        try {
            rows.row(context.pathParam("table"), key)
                    .ifPresentOrElse(
                            found -> json(context, found),
                            () -> json(context.status(404), Map.of("cause", "nothing is remembered of this row")));
        } catch (Rows.NotHereException e) {
            json(context.status(503), Map.of("cause", String.valueOf(e.getMessage())));
        }
    }

    private static void failed(Exception e, Context context) {
        LOG.warn("request failed path={}", context.path(), e);
        context.status(500).contentType("text/plain").result("This could not be told; the resolver's log says why.");
    }

    private Running running() {
        return Running.of(state.get());
    }

    private static void json(Context context, Object body) {
        try {
            context.contentType("application/json").result(JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the status has no JSON", e);
        }
    }

    private static CannotListenException cannotListen(String address, int port, RuntimeException e) {
        String place = address + ":" + port;
        // Javalin says "already in use" of every address it cannot have; the operating system knows better.
        Throwable first = Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
                .reduce(e, (outer, inner) -> inner);
        boolean taken = String.valueOf(first.getMessage()).contains("already in use");
        return new CannotListenException(
                taken
                        ? "port " + place
                                + " is in use: stop what listens there, or set ports.http to another (0 = any free one)"
                        : "cannot listen on " + place
                                + ": set ports.listen to an address of this machine and ports.http to a port it may open",
                e);
    }
}
