package io.antiphon.api;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a resolver has done since it started, per site, per table and for the mesh.
 *
 * <p>Written by the stream threads, read by any other; nothing here blocks. A processor keeps the {@link SiteProgress} of its sites and the
 * {@link Delivery} of its partition rather than looking them up for every record.
 */
public final class Progress {
    private final MeshName mesh;
    private final Map<SiteId, SiteProgress> sites = new LinkedHashMap<>();
    private final Map<TableId, LongAdder> tables = new LinkedHashMap<>();
    private final Map<TableId, Map<Integer, String>> held = new ConcurrentHashMap<>();
    private final LongAdder conflicts = new LongAdder();

    /** Nothing done yet, at these sites and tables. */
    public Progress(MeshName mesh, Collection<SiteId> sites, Collection<TableId> tables) {
        this(mesh, sites, tables, System::nanoTime);
    }

    Progress(MeshName mesh, Collection<SiteId> sites, Collection<TableId> tables, LongSupplier nanos) {
        this.mesh = mesh;
        sites.forEach(site -> this.sites.put(site, new SiteProgress(site, nanos)));
        tables.forEach(table -> this.tables.put(table, new LongAdder()));
    }

    /** The mesh this is about. */
    public MeshName mesh() {
        return mesh;
    }

    /**
     * The progress of one site, to be kept by who counts it.
     *
     * @throws IllegalArgumentException if the mesh has no such site
     */
    public SiteProgress at(SiteId site) {
        SiteProgress progress = sites.get(site);
        if (progress == null) {
            throw new IllegalArgumentException("mesh " + mesh + " has no site " + site);
        }
        return progress;
    }

    /** Changes read from a site's log; echoes and answers are none. */
    public void captured(SiteId site, long changes) {
        at(site).captured(changes);
    }

    /** Changes of a site that were decided. */
    public void decided(SiteId site, long changes) {
        at(site).decided(changes);
    }

    /** Outcomes that a site's guard refused. */
    public void refused(SiteId site, long outcomes) {
        at(site).refused(outcomes);
    }

    /** Records of a site that could not be read, and rows that could not be written there. */
    public void deadLetters(SiteId site, long letters) {
        at(site).deadLetters(letters);
    }

    /** Concurrent changes of one row that a policy decided between. */
    public void conflicts(TableId table, long decided) {
        conflicts.add(decided);
        LongAdder ofTable = tables.get(table);
        if (ofTable != null) {
            ofTable.add(decided);
        }
    }

    /** A partition of a table is not decided on for now, and why, with the way on. */
    public void held(TableId table, int partition, String reason) {
        held.computeIfAbsent(table, any -> new ConcurrentHashMap<>()).put(partition, reason);
    }

    /** A partition of a table is decided on again, or by another task. */
    public void released(TableId table, int partition) {
        held.getOrDefault(table, Collections.emptyMap()).remove(partition);
    }

    /** A task let go of a partition: what it had on its way is another's to tell. */
    public void left(TableId table, int partition) {
        released(table, partition);
        sites.values().forEach(site -> site.left(table, partition));
    }

    Collection<SiteProgress> sites() {
        return sites.values();
    }

    Collection<TableId> tables() {
        return tables.keySet();
    }

    long conflicts() {
        return conflicts.sum();
    }

    long conflicts(TableId table) {
        LongAdder ofTable = tables.get(table);
        return ofTable == null ? 0 : ofTable.sum();
    }

    /** Why a table is not decided on, null where it is. */
    @Nullable
    public String heldFor(TableId table) {
        return held.getOrDefault(table, Collections.emptyMap()).values().stream()
                .sorted()
                .findFirst()
                .orElse(null);
    }
}
