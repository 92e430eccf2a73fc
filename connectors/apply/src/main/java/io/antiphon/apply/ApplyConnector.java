package io.antiphon.apply;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Applies a mesh's resolved rows at one site. */
public final class ApplyConnector extends SinkConnector {
    private Map<String, String> properties = Map.of();

    @Override
    public void start(Map<String, String> given) {
        ApplySettings.of(given);
        properties = Map.copyOf(given);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return ApplyTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int tasks) {
        return IntStream.range(0, tasks).mapToObj(this::ofTask).toList();
    }

    private Map<String, String> ofTask(int task) {
        var config = new HashMap<>(properties);
        config.put(ApplySettings.TASK, Integer.toString(task));
        return config;
    }

    @Override
    public void stop() {}

    @Override
    public ConfigDef config() {
        return ApplySettings.DEFINITION;
    }

    @Override
    public String version() {
        return Version.TEXT;
    }
}
