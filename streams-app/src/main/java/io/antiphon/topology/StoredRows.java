package io.antiphon.topology;

import io.antiphon.api.Rows;
import io.antiphon.config.Configuration;
import io.antiphon.config.Site;
import io.antiphon.config.Table;
import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.resolve.OpenConflict;
import io.antiphon.resolve.Row;
import io.antiphon.resolve.RowState;
import io.antiphon.resolve.SiteView;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.internals.StateStoreProvider;
import org.jspecify.annotations.Nullable;

/** The rows of a running resolver, looked up in its store from outside its threads. */
public final class StoredRows implements Rows {
    private final MeshName mesh;
    private final int partitions;
    private final List<SiteId> sites;
    private final List<TableId> tables;
    private final Schemas schemas;
    private final Partitions stores;

    /** The store of one partition. */
    @FunctionalInterface
    interface Partitions {
        /** @throws InvalidStateStoreException while it is not here */
        ReadOnlyKeyValueStore<Bytes, byte[]> store(int partition);
    }

    /** Those that these streams decide. */
    public static StoredRows of(Configuration mesh, Schemas schemas, KafkaStreams streams) {
        return new StoredRows(mesh, schemas, partition -> streams.store(
                        StoreQueryParameters.fromNameAndType(MeshTopology.ROWS, new OfTask())
                                .withPartition(partition))
                .wrapped());
    }

    private record OfTask() implements QueryableStoreType<TaskStore> {
        @Override
        public boolean accepts(StateStore store) {
            return store instanceof TaskStore;
        }

        @Override
        public TaskStore create(StateStoreProvider provider, String name) {
            return provider.stores(name, this).get(0);
        }
    }

    StoredRows(Configuration mesh, Schemas schemas, Partitions stores) {
        this.mesh = mesh.mesh();
        this.partitions = mesh.partitions();
        this.sites = mesh.sites().stream().map(Site::id).toList();
        this.tables = mesh.tables().stream().map(Table::id).toList();
        this.schemas = schemas;
        this.stores = stores;
    }

    @Override
    public Optional<Map<String, Object>> row(String table, String key) {
        Optional<TableId> known =
                tables.stream().filter(one -> one.toString().equals(table)).findFirst();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        int partition = Utils.toPositive(Utils.murmur2(bytes)) % partitions;
        try {
            return Optional.ofNullable(RowStore.look(stores.store(partition), known.get(), bytes))
                    .map(found -> told(known.get(), key, partition, found));
        } catch (InvalidStateStoreException e) {
            throw new NotHereException(
                    "this resolver does not decide partition " + partition
                            + " now: it is starting, or another one does",
                    e);
        }
    }

    private Map<String, Object> told(TableId table, String key, int partition, RowStore.Found found) {
        StateCodec.Codecs codecs = id -> new RowCodec(RowLayout.ofResolved(mesh, table, schemas.withId(id)));
        StateCodec.Stored stored = new StateCodec(found.sites(), sites).read(found.row(), codecs);
        RowState state = stored.state();
        TableProgress progress = TableProgress.read(found.progress(), found.sites(), sites);
        var told = new LinkedHashMap<String, Object>();
        told.put("table", table.toString());
        told.put("key", key);
        told.put("partition", partition);
        told.put("version", state.version());
        told.put("writeTime", state.writeTime());
        told.put("author", state.author().text());
        told.put("life", state.life());
        told.put("exists", state.exists());
        told.put("row", state.exists() ? json(state.row(), stored.rows()) : null);
        var each = new LinkedHashMap<String, Object>();
        sites.forEach(site -> each.put(site.text(), told(state.at(site), state, progress.answered(site))));
        told.put("sites", each);
        if (found.open() != null) {
            told.put("open", told(OpenConflicts.read(found.open(), found.sites(), codecs), table, key));
        }
        return told;
    }

    private static Map<String, Object> told(SiteView view, RowState state, long answered) {
        return Map.of(
                "holds", view.held() == state.version() || view.seen() == state.version(),
                "seen", view.seen(),
                "lastLocal", view.lastLocal(),
                "lastLocalVersion", view.lastLocalVersion(),
                "answered", answered);
    }

    private static Map<String, Object> told(OpenConflict open, TableId table, String key) {
        var records = new ConflictRecords(table);
        return Map.of(
                "id", records.id(key, open.named()),
                "decideOn", records.id(key, open.version()),
                "sides", open.sides().stream().map(side -> side.site().text()).toList());
    }

    private static @Nullable String json(@Nullable Row row, @Nullable RowCodec rows) {
        return row == null || rows == null ? null : rows.asJson(row);
    }
}
