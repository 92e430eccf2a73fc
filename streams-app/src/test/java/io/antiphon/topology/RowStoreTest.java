package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class RowStoreTest {
    private static final TableId TABLE = new TableId("public", "customer");
    private static final byte[] STATE = {1};
    private static final byte[] NEWER = {2};

    private final KeyValueStore<Bytes, byte[]> disk = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(MeshTopology.ROWS), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    private final TaskStore task = new TaskStore(disk);
    private RowStore rows;
    private Bytes row;

    RowStoreTest() {
        task.init(new MockProcessorContext<Bytes, byte[]>().getStateStoreContext(), task);
        rows = opened();
        row = rows.row(TABLE, new byte[] {7});
    }

    @Test
    void aRowIsFoundBeforeItIsCommittedAndAfter() {
        rows.put(row, STATE);
        assertThat(rows.get(row)).isEqualTo(STATE);

        task.flushCache();
        assertThat(rows.get(row)).isEqualTo(STATE);
        assertThat(disk.get(row)).isEqualTo(STATE);
    }

    @Test
    void aRowThatChangesAgainIsWrittenOnceWithACommit() {
        rows.put(row, STATE);
        rows.put(row, NEWER);
        assertThat(disk.get(row)).isNull();

        task.flushCache();
        assertThat(disk.get(row)).isEqualTo(NEWER);
    }

    @Test
    void aRowThatIsForgottenIsNotFoundAgain() {
        rows.put(row, STATE);
        task.flushCache();
        rows.put(row, NEWER);
        rows.forget(row);
        assertThat(rows.get(row)).isNull();

        task.flushCache();
        assertThat(disk.get(row)).isNull();
    }

    @Test
    void whatIsPutBeforeACommitIsInIt() {
        rows.beforeCommit(() -> rows.progress(TABLE, NEWER));
        assertThat(rows.progress(TABLE)).isNull();

        task.flushCache();
        assertThat(rows.progress(TABLE)).isEqualTo(NEWER);
    }

    @Test
    void whatATransactionThatWasGivenUpPutIsNotInTheNext() {
        rows.put(row, STATE);
        rows = opened();
        assertThat(rows.get(row)).isNull();

        task.flushCache();
        assertThat(disk.get(row)).isNull();
    }

    private RowStore opened() {
        return new RowStore(task, List.of(new SiteId("berlin")), List.of(TABLE));
    }
}
