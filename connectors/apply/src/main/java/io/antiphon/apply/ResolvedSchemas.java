package io.antiphon.apply;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The schemas resolved records were written with, as the registry has them. */
final class ResolvedSchemas implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ResolvedSchemas.class);
    private static final int SCHEMAS_KEPT = 1_000;
    private static final int NOT_FOUND = 404;

    /** What the client says of an answer that is no registry's: a proxy's, while the registry behind it is away. */
    private static final int NOT_OF_A_REGISTRY = 50_005;

    /** The task tries again as long as it takes; the client is not to keep it waiting as well. */
    private static final Map<String, Object> ONCE = Map.of(SchemaRegistryClientConfig.MAX_RETRIES_CONFIG, 0);

    private final String url;
    private final SchemaRegistryClient registry;

    ResolvedSchemas(String url) {
        this.url = url;
        this.registry = SchemaRegistryClientFactory.newClient(
                List.of(url), SCHEMAS_KEPT, List.of(new AvroSchemaProvider()), ONCE, Map.of());
    }

    /**
     * The schema with this id.
     *
     * @throws DataException if the registry knows none
     * @throws TroubleException if it cannot be asked at the moment
     */
    Schema withId(int id) {
        try {
            if (registry.getSchemaById(id) instanceof AvroSchema avro) {
                return avro.rawSchema();
            }
            throw new DataException("schema " + id + " is not an Avro schema");
        } catch (RestClientException e) {
            if (e.getStatus() == NOT_FOUND && e.getErrorCode() != NOT_OF_A_REGISTRY) {
                throw new DataException(
                        "the schema registry at " + url + " does not know schema " + id
                                + ": give it back what it held, ids included (" + e.getMessage() + ")",
                        e);
            }
            throw trouble(e);
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    private TroubleException trouble(Exception e) {
        return new TroubleException("the schema registry at " + url + " cannot be asked: " + e.getMessage(), false, e);
    }

    @Override
    public void close() {
        try {
            registry.close();
        } catch (IOException e) {
            LOG.debug("close failed", e);
        }
    }
}
