package io.antiphon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is about a whole table is said in every partition of its topic. */
class WholeTablesTest {
    private static final Map<String, String> BERLIN = Map.of("server", "shop.berlin");
    private static final String CUSTOMER = "shop.berlin.public.customer";
    private static final String INVOICE = "shop.berlin.sales.invoice";
    private static final Schema SOURCE = SchemaBuilder.struct()
            .field("snapshot", Schema.OPTIONAL_STRING_SCHEMA)
            .field("sequence", Schema.OPTIONAL_STRING_SCHEMA)
            .field("lsn", Schema.OPTIONAL_INT64_SCHEMA)
            .build();
    private static final Schema CHANGE = SchemaBuilder.struct()
            .field("op", Schema.STRING_SCHEMA)
            .field("source", SOURCE)
            .build();

    private final WholeTables tables = new WholeTables(3, List.of(CUSTOMER, INVOICE), partition -> Map.of("at", 7L));
    private long offset = 10;

    @Test
    void aTruncateStandsInEveryPartitionWhereItStoodInTheLog() {
        SourceRecord before = change(CUSTOMER, "c", null);
        SourceRecord truncate = change(CUSTOMER, "t", null);
        SourceRecord after = change(CUSTOMER, "c", null);

        List<SourceRecord> all = tables.inEveryPartition(List.of(before, truncate, after));

        assertThat(all).startsWith(before).endsWith(after).hasSize(5);
        assertThat(all.subList(1, 4)).allSatisfy(copy -> {
            assertThat(copy.topic()).isEqualTo(CUSTOMER);
            assertThat(copy.value()).isSameAs(truncate.value());
        });
        assertThat(all.subList(1, 4)).extracting(SourceRecord::kafkaPartition).containsExactly(0, 1, 2);
    }

    @Test
    void aCrashBetweenTheCopiesRepeatsThemAll() {
        SourceRecord truncate = change(CUSTOMER, "t", null);
        List<SourceRecord> first = tables.inEveryPartition(List.of(truncate));
        List<SourceRecord> second = tables.inEveryPartition(List.of(change(CUSTOMER, "t", null)));

        assertThat(offsets(first)).containsExactly(7L, 7L, offset(truncate));
        assertThat(offsets(second)).startsWith(offset(truncate), offset(truncate));
    }

    @Test
    void theEndOfASnapshotIsSaidOfEveryTableBehindItsLastRow() {
        SourceRecord row = change(CUSTOMER, "r", "true");
        SourceRecord last = change("shop.berlin.antiphon.heartbeat", "r", "last");

        List<SourceRecord> all = tables.inEveryPartition(List.of(row, last));

        assertThat(all).hasSize(2 + 2 * 3);
        assertThat(all.get(1).value()).isSameAs(last.value());
        assertThat(all.subList(2, 8))
                .extracting(SourceRecord::topic)
                .containsExactly(CUSTOMER, CUSTOMER, CUSTOMER, INVOICE, INVOICE, INVOICE);
        assertThat(all.subList(2, 8)).allSatisfy(end -> assertThat(((Struct) end.value()).getInt64("log_position"))
                .isEqualTo(500));
        assertThat(offsets(all.subList(0, 7))).containsOnly(offset(row));
        assertThat(offset(all.get(7))).isEqualTo(offset(last));
    }

    @Test
    void everythingElsePassesAsItIs() {
        List<SourceRecord> records =
                List.of(change(CUSTOMER, "u", null), change("shop.berlin.antiphon.position", "t", null), answer());

        assertThat(tables.inEveryPartition(records)).isSameAs(records);
    }

    private SourceRecord change(String topic, String op, @Nullable String snapshot) {
        Struct source = new Struct(SOURCE)
                .put("snapshot", snapshot)
                .put("sequence", "[null,\"500\"]")
                .put("lsn", 500L);
        Struct value = new Struct(CHANGE).put("op", op).put("source", source);
        return new SourceRecord(BERLIN, Map.of("at", ++offset), topic, null, null, null, CHANGE, value);
    }

    private static SourceRecord answer() {
        return new SourceRecord(
                BERLIN,
                Map.of("at", 1L),
                CUSTOMER,
                0,
                null,
                null,
                WholeTables.SNAPSHOT_END,
                new Struct(WholeTables.SNAPSHOT_END).put("log_position", 1L));
    }

    private static long offset(SourceRecord record) {
        return (Long) record.sourceOffset().get("at");
    }

    private static List<Long> offsets(List<SourceRecord> records) {
        return new ArrayList<>(records.stream().map(WholeTablesTest::offset).toList());
    }
}
