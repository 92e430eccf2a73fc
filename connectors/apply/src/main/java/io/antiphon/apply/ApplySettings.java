package io.antiphon.apply;

import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;

/**
 * The sink connector's settings, read once.
 *
 * @param registry URL of the schema registry that knows the resolved records' schemas
 * @param patience how long a row waits for another to release a unique value before it is parked
 */
record ApplySettings(Target target, Store store, String registry, Duration patience) {
    static final String MESH = "antiphon.mesh";
    static final String SITE = "antiphon.site";
    static final String STORE = "antiphon.store";
    static final String TASK = "antiphon.task";
    static final String CLUSTER_ID = "antiphon.cluster.id";
    static final String TOPIC_IDS = "antiphon.topic.ids";
    static final String REGISTRY = "antiphon.registry.url";
    static final String PATIENCE = "antiphon.unique.patience.ms";
    static final String URL = "connection.url";
    static final String USER = "connection.user";
    static final String PASSWORD = "connection.password";

    static final ConfigDef DEFINITION = new ConfigDef()
            .define(MESH, Type.STRING, Importance.HIGH, "The mesh whose outcomes are applied.")
            .define(SITE, Type.STRING, Importance.HIGH, "The site they are applied at.")
            .define(STORE, Type.STRING, "postgresql", Importance.MEDIUM, "The kind of database the site is.")
            .define(TASK, Type.INT, 0, Importance.LOW, "The task's number; given to each task by the connector.")
            .define(CLUSTER_ID, Type.STRING, Importance.HIGH, "The Kafka cluster's id, which positions name.")
            .define(
                    TOPIC_IDS,
                    Type.LIST,
                    Importance.HIGH,
                    "The resolved topics' ids, which positions name, as topic:id, separated by commas.")
            .define(
                    REGISTRY,
                    Type.STRING,
                    Importance.HIGH,
                    "URL of the schema registry that knows the resolved records' schemas.")
            .define(
                    PATIENCE,
                    Type.LONG,
                    10_000L,
                    ConfigDef.Range.atLeast(0),
                    Importance.LOW,
                    "Milliseconds a row waits for another row to release a unique value before the one with the smaller key stands and the other is parked until it can.")
            .define(URL, Type.STRING, Importance.HIGH, "JDBC URL of the site's database.")
            .define(USER, Type.STRING, Importance.HIGH, "The user to connect as.")
            .define(PASSWORD, Type.PASSWORD, "", Importance.HIGH, "The user's password.");

    static ApplySettings of(Map<String, String> properties) {
        var config = new AbstractConfig(DEFINITION, properties, false);
        var names = new DatabaseNames(
                checked(MESH, config.getString(MESH), MeshName::new),
                checked(SITE, config.getString(SITE), SiteId::new));
        var target = new Target(
                names,
                config.getInt(TASK),
                config.getString(CLUSTER_ID),
                topicIds(config.getList(TOPIC_IDS)),
                config.getString(URL),
                config.getString(USER),
                config.getPassword(PASSWORD));
        return new ApplySettings(
                target,
                store(config.getString(STORE)),
                config.getString(REGISTRY),
                Duration.ofMillis(config.getLong(PATIENCE)));
    }

    /** The table a resolved topic speaks of. */
    TableId tableOf(String topic) {
        String prefix = target.names().mesh() + ".resolved.";
        if (!topic.startsWith(prefix)) {
            throw new ConfigException(
                    "topics", topic, "not a resolved topic of this mesh: it does not begin with " + prefix);
        }
        return TableId.parse(topic.substring(prefix.length()));
    }

    private static Map<String, String> topicIds(List<String> pairs) {
        var ids = new HashMap<String, String>();
        for (String pair : pairs) {
            int colon = pair.lastIndexOf(':');
            if (colon < 1) {
                throw new ConfigException(TOPIC_IDS, pair, "not a topic and its id: write topic:id");
            }
            ids.put(pair.substring(0, colon).trim(), pair.substring(colon + 1).trim());
        }
        return ids;
    }

    private static Store store(String name) {
        var known = ServiceLoader.load(Store.class, Store.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return known.stream()
                .filter(store -> store.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigException(
                        STORE,
                        name,
                        "no such store; there is "
                                + known.stream().map(Store::name).toList()));
    }

    private static <T> T checked(String key, String value, java.util.function.Function<String, T> form) {
        try {
            return form.apply(value);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(key, value, e.getMessage());
        }
    }
}
