package io.antiphon.local.stack;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a stack is run, beyond what the mesh's configuration says.
 *
 * @param jvm flags of each part's Java process
 * @param moreWorkerSettings put into the Connect worker's configuration last
 * @param moreBrokerSettings put into the broker's configuration last
 * @param environment of the resolver's process, on top of our own
 * @param stages those that run; capture always does
 * @param progress told in one line what is being done and what happens to the processes
 */
public record Options(
        Map<Part, List<String>> jvm,
        Map<String, String> moreWorkerSettings,
        Map<String, String> moreBrokerSettings,
        Map<String, String> environment,
        Set<Stage> stages,
        Duration patience,
        Consumer<String> progress) {

    public Options {
        jvm = Map.copyOf(jvm);
        moreWorkerSettings = Map.copyOf(moreWorkerSettings);
        moreBrokerSettings = Map.copyOf(moreBrokerSettings);
        environment = Map.copyOf(environment);
        stages = Set.copyOf(stages);
    }

    /** Small enough that the whole demo, databases included, stays within 3 GB. */
    public static Options small(Consumer<String> progress) {
        var jvm = new EnumMap<Part, List<String>>(Part.class);
        jvm.put(Part.BROKER, List.of("-Xms96m", "-Xmx512m", "-XX:+UseSerialGC"));
        // Asked a few times, then remembered by its clients: compiling it well would cost more than all its answers.
        jvm.put(Part.REGISTRY, List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        jvm.put(Part.CONNECT, List.of("-Xms128m", "-Xmx768m", "-XX:+UseParallelGC"));
        jvm.put(Part.RESOLVER, List.of("-Xms96m", "-Xmx512m", "-XX:+UseParallelGC"));
        return new Options(
                jvm, Map.of(), Map.of(), Map.of(), EnumSet.allOf(Stage.class), Duration.ofSeconds(180), progress);
    }

    public Options jvm(Part part, List<String> flags) {
        var changed = new EnumMap<Part, List<String>>(jvm);
        changed.put(part, flags);
        return new Options(changed, moreWorkerSettings, moreBrokerSettings, environment, stages, patience, progress);
    }

    public Options workerSettings(Map<String, String> more) {
        return new Options(jvm, more, moreBrokerSettings, environment, stages, patience, progress);
    }

    public Options brokerSettings(Map<String, String> more) {
        return new Options(jvm, moreWorkerSettings, more, environment, stages, patience, progress);
    }

    public Options resolverEnvironment(Map<String, String> more) {
        return new Options(jvm, moreWorkerSettings, moreBrokerSettings, more, stages, patience, progress);
    }

    public Options only(Set<Stage> those) {
        return new Options(jvm, moreWorkerSettings, moreBrokerSettings, environment, those, patience, progress);
    }
}
