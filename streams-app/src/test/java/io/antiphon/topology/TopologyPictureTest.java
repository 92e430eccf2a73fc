package io.antiphon.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.api.Progress;
import io.antiphon.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of processors and stores are an on-disk format: a running resolver finds its state by them. */
class TopologyPictureTest {
    private static final Path PICTURE = Path.of("..", "docs", "topology.txt");

    @Test
    void theTopologyIsThePictureInTheDocs(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("antiphon.yaml"), """
                mesh: shop
                sites:
                  berlin: { url: "jdbc:postgresql://db.berlin:5432/shop", user: antiphon }
                  tokyo: { url: "jdbc:postgresql://db.tokyo:5432/shop", user: antiphon }
                tables:
                  public.customer: {}
                """);
        Configuration mesh = Configuration.read(file, Map.of());
        var topology =
                MeshTopology.of(mesh, new NoSchemas(), new NoEnds(), new Progress(mesh.mesh(), List.of(), List.of()));

        assertThat(sorted(topology.describe().toString()))
                .as("docs/topology.txt; a changed name orphans the state of every resolver that runs")
                .isEqualToNormalizingNewlines(Files.readString(PICTURE));
    }

    /** Kafka Streams names a source's topics in any order. */
    private static String sorted(String picture) {
        return Pattern.compile("(?<=topics: \\[)[^]]*")
                .matcher(picture)
                .replaceAll(
                        topics -> Stream.of(topics.group().split(", ")).sorted().collect(Collectors.joining(", ")));
    }

    private static final class NoSchemas implements Schemas {
        @Override
        public org.apache.avro.Schema withId(int id) {
            throw new UnreadableException("none");
        }

        @Override
        public int idOf(String subject, org.apache.avro.Schema schema) {
            return 0;
        }
    }

    private static final class NoEnds implements TopicEnds {
        @Override
        public long lastVersion(String resolvedTopic, int partition) {
            return 0;
        }

        @Override
        public long oldest(String topic, int partition) {
            return 0;
        }
    }
}
