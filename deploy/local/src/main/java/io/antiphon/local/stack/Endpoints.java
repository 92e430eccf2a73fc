package io.antiphon.local.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Where a running stack is reached.
 *
 * @param bootstrapServers as Kafka's clients take them
 * @param registry address of the Confluent-compatible interface
 * @param connect address of Kafka Connect's REST interface
 * @param http address of the resolver's interface
 */
public record Endpoints(String mesh, String bootstrapServers, String registry, String connect, String http) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The endpoints of the stack that runs in a home; empty if none does. */
    public static Optional<Endpoints> in(Path home) {
        Path file = file(home);
        if (!Files.exists(file) || !Home.isHeld(home)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), Endpoints.class));
        } catch (IOException e) {
            throw new StackException("cannot read " + file + ": " + e.getMessage());
        }
    }

    /** One a line, to be printed. */
    public List<String> lines() {
        return List.of(
                "  Kafka          " + bootstrapServers,
                "  registry       " + registry,
                "  Kafka Connect  " + connect,
                "  resolver       " + http + "/api/status");
    }

    void write(Path home) {
        try {
            Path unfinished = home.resolve("endpoints.json.new");
            JSON.writerWithDefaultPrettyPrinter().writeValue(unfinished.toFile(), this);
            Files.move(unfinished, file(home), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path file(Path home) {
        return home.resolve("endpoints.json");
    }
}
