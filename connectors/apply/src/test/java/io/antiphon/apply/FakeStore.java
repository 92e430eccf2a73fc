package io.antiphon.apply;

import io.antiphon.mesh.TableId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/** A store in memory that only keeps positions, and is in trouble when told so. */
public final class FakeStore implements Store {
    static final Map<TopicPartition, Position> POSITIONS = new HashMap<>();
    static final TreeSet<Integer> TROUBLED_PARTITIONS = new TreeSet<>();

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Session connect(Target target) {
        return new Session() {
            @Override
            public Position claim(TopicPartition partition) {
                Position found = POSITIONS.get(partition);
                Position claimed = found == null
                        ? new Position(partition, 1, 0, 0, new TreeSet<>())
                        : new Position(
                                partition, found.epoch() + 1, found.nextOffset(), found.version(), found.waiting());
                POSITIONS.put(partition, claimed);
                return claimed;
            }

            @Override
            public Position position(TopicPartition partition) {
                return POSITIONS.get(partition);
            }

            @Override
            public Transaction begin(long mark, boolean isolating) {
                return new FakeTransaction();
            }

            @Override
            public boolean withdraw(Position at, TableId table, Outcome outcome) {
                return false;
            }

            @Override
            public void close() {}
        };
    }

    private static final class FakeTransaction implements Transaction {
        @Override
        public List<Unwritten> write(TableId table, List<Outcome> outcomes) {
            return List.of();
        }

        @Override
        public List<Holder> holders(TableId table, Outcome outcome) {
            return List.of();
        }

        @Override
        public void arrive(Position at, Marker marker) {}

        @Override
        public boolean commit(Position from, Position to, long applied, List<Unwritten> unwritten) {
            if (TROUBLED_PARTITIONS.contains(from.partition().partition())) {
                throw new TroubleException("locked", false);
            }
            return POSITIONS.replace(from.partition(), from, to);
        }

        @Override
        public void close() {}
    }
}
