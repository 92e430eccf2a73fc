package io.antiphon.config;

import io.antiphon.mesh.MeshName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Everything a user says: which databases and tables are kept in agreement, how, and where it runs.
 *
 * @param sites in the order of the file, which is the site order; at least two, no name or database twice
 * @param tables in the order of the file; at least one
 * @param partitions of every topic of the mesh; cannot change once the topics are there
 * @param maxClockSkew how far a commit time may be ahead of its record's before it is pulled back
 * @param resolverThreads stream threads of one resolver process
 * @param sinkTasks tasks of each site's sink
 */
public record Configuration(
        MeshName mesh,
        List<Site> sites,
        List<Table> tables,
        Kafka kafka,
        Ports ports,
        int partitions,
        Duration maxClockSkew,
        int resolverThreads,
        int sinkTasks,
        Retention retention) {

    public Configuration {
        sites = List.copyOf(sites);
        tables = List.copyOf(tables);
        if (sites.size() < 2) {
            throw new IllegalArgumentException(
                    "a mesh has at least two sites, this one has " + sites.size() + ": add the other databases");
        }
        for (int i = 0; i < sites.size(); i++) {
            sites.get(i).besides(sites.subList(0, i));
        }
        if (tables.isEmpty()) {
            throw new IllegalArgumentException(
                    "a mesh has at least one table: name one under 'tables', as in public.customer: {}");
        }
        for (int i = 0; i < tables.size(); i++) {
            tables.get(i).besides(tables.subList(0, i), sites);
        }
        positive("partitions", partitions);
        positive("resolver.threads", resolverThreads);
        positive("sink.tasks", sinkTasks);
        if (maxClockSkew.isNegative()) {
            throw new IllegalArgumentException("max.clock.skew is negative");
        }
    }

    /**
     * Reads and checks a file.
     *
     * @param environment what {@code ${env:NAME}} refers to, usually {@link System#getenv()}
     * @throws ConfigurationException in one line, if it cannot be used
     */
    public static Configuration read(Path file, Map<String, String> environment) {
        return ConfigurationFile.read(file, environment);
    }

    /** The same mesh on this Kafka. */
    public Configuration on(Kafka other) {
        return new Configuration(
                mesh, sites, tables, other, ports, partitions, maxClockSkew, resolverThreads, sinkTasks, retention);
    }

    /** The same mesh listening on these ports. */
    public Configuration on(Ports other) {
        return new Configuration(
                mesh, sites, tables, kafka, other, partitions, maxClockSkew, resolverThreads, sinkTasks, retention);
    }

    /** As a file that {@link #read} reads back; without the passwords, which nothing that reads such a file needs. */
    public String render() {
        return Rendering.of(this);
    }

    /** Writes {@link #render} to a file. */
    public void write(Path file) throws IOException {
        Files.writeString(file, render());
    }

    private static void positive(String name, int number) {
        if (number < 1) {
            throw new IllegalArgumentException(name + " is " + number + ": it is at least 1");
        }
    }
}
