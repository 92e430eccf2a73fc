package io.antiphon.local.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What the resolver remembers of a row. */
public final class ResolverRow {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private ResolverRow() {}

    /** What it told. */
    public sealed interface Told {
        /** It remembers this. */
        record Known(JsonNode row) implements Told {}

        /** It remembers nothing of the row. */
        record Nothing() implements Told {}

        /** It could not be asked, {@code why} in one line. */
        record NoAnswer(String why) implements Told {}
    }

    /** @param key in its canonical form */
    public static Told of(Endpoints endpoints, String table, String key) {
        try {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create(
                                    endpoints.http() + "/api/rows/" + encoded(table) + "?key=" + encoded(key)))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return switch (response.statusCode()) {
                case 200 -> new Told.Known(JSON.readTree(response.body()));
                case 404 -> new Told.Nothing();
                default -> new Told.NoAnswer("the resolver answers " + response.statusCode() + ": " + response.body());
            };
        } catch (IOException e) {
            return new Told.NoAnswer("the resolver at " + endpoints.http() + " does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Told.NoAnswer("interrupted");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
