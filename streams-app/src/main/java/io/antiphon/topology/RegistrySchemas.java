package io.antiphon.topology;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas of a Confluent-compatible registry.
 *
 * <p>A registry that cannot be reached is waited for: a record is never given up because its schema could not be fetched.
 */
public final class RegistrySchemas implements Schemas {
    private static final Logger LOG = LoggerFactory.getLogger(RegistrySchemas.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int TRIES = 120;
    private static final int NOT_FOUND = 404;

    /** What the client says of an answer that is no registry's: a proxy's, while the registry behind it is away. */
    private static final int NOT_OF_A_REGISTRY = 50_005;

    private final SchemaRegistryClient registry;
    private final Map<Integer, Schema> byId = new ConcurrentHashMap<>();

    RegistrySchemas(SchemaRegistryClient registry) {
        this.registry = registry;
    }

    /** The schemas of the registry at this address. */
    public static RegistrySchemas at(String url) {
        return new RegistrySchemas(new CachedSchemaRegistryClient(List.of(url), 10_000, Map.of()));
    }

    @Override
    public Schema withId(int id) {
        return byId.computeIfAbsent(id, this::fetch);
    }

    @Override
    public int idOf(String subject, Schema schema) {
        return waiting("register a schema under " + subject, () -> registry.register(subject, new AvroSchema(schema)));
    }

    private Schema fetch(int id) {
        return waiting("fetch schema " + id, () -> {
            if (registry.getSchemaById(id) instanceof AvroSchema avro) {
                return avro.rawSchema();
            }
            throw new UnreadableException("schema " + id + " is not an Avro schema");
        });
    }

    private <T> T waiting(String what, Request<T> request) {
        for (int tried = 1; ; tried++) {
            try {
                return request.send();
            } catch (RestClientException e) {
                if (e.getStatus() == NOT_FOUND && e.getErrorCode() != NOT_OF_A_REGISTRY) {
                    throw new UnreadableException("the registry cannot " + what + ": " + e.getMessage(), e);
                }
                pause(what, tried, e);
            } catch (IOException e) {
                pause(what, tried, e);
            }
        }
    }

    private static void pause(String what, int tried, Exception cause) {
        if (tried == TRIES) {
            throw new RegistryUnavailableException(what, cause);
        }
        if (tried == 1 || tried % 10 == 0) {
            LOG.warn("registry.waiting what=\"{}\" tried={} cause=\"{}\"", what, tried, cause.getMessage());
        }
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException(what, e);
        }
    }

    private interface Request<T> {
        T send() throws IOException, RestClientException;
    }

    /** The registry did not answer for two minutes; the stream thread starts again and asks anew. */
    static final class RegistryUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RegistryUnavailableException(String what, Throwable cause) {
            super("the schema registry could not " + what + ": " + cause.getMessage(), cause);
        }
    }
}
