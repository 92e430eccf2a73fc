package io.antiphon.topology;

import io.antiphon.mesh.TableId;
import io.antiphon.resolve.Journey;
import io.antiphon.resolve.Journey.Former;
import java.util.List;

/** The journeys of one table's keys in a task's store: few at any time, and no look into the store while there is none. */
final class Journeys {
    private final TableId table;
    private final RowStore store;
    private final JourneyCodec codec;
    private int open;

    Journeys(TableId table, RowStore store, JourneyCodec codec) {
        this.table = table;
        this.store = store;
        this.codec = codec;
        this.open = store.journeys(table);
    }

    Journey of(byte[] key) {
        byte[] bytes = open == 0 ? null : store.journey(table, key);
        return bytes == null ? Journey.NONE : codec.read(bytes);
    }

    /** What the journey of this key is from now on. */
    void is(byte[] key, Journey journey) {
        boolean was = open > 0 && store.journey(table, key) != null;
        if (journey.isOver()) {
            if (was) {
                store.noJourney(table, key);
                open--;
            }
            return;
        }
        open += was ? 0 : 1;
        store.journey(table, key, codec.write(journey));
        for (Former former : journey.formers()) {
            store.former(table, former.version(), key);
        }
    }

    /** Keys of whose journeys something may be forgotten as soon as this version is stable. */
    List<RowStore.AtVersion> settling(long stable, int most) {
        return open == 0 ? List.of() : store.formers(table, stable, most);
    }
}
