package io.antiphon.apply;

import io.confluent.connect.avro.AvroData;
import io.confluent.connect.avro.AvroDataConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.util.Utf8;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * How resolved records of one schema are read as one site sees them: what they say of the row, and then the row where it is wanted. Not
 * for several threads.
 *
 * <p>By position and past everything nobody asks for, because it is on every row's path, and half of the rows are only passed over: a
 * site reads what it holds already, too.
 */
final class ResolvedFormat {
    private final Utf8 here;
    private final Step record;
    private final AvroValue row;
    private final Knowledge heard = new Knowledge();
    private final Knowledge ofHere = new Knowledge();
    private Utf8 kind = new Utf8();
    private long version;
    private @Nullable String marker;

    /** Takes one field in, where the writer has it. */
    @FunctionalInterface
    private interface Step {
        void read(BinaryDecoder in) throws IOException;
    }

    /** What a record says of one site. */
    private static final class Knowledge {
        private Utf8 site = new Utf8();
        private boolean holds;
        private @Nullable Long lastLocal;
        private boolean snapshot;

        void become(boolean nowHolds, @Nullable Long nowLastLocal, boolean nowSnapshot) {
            holds = nowHolds;
            lastLocal = nowLastLocal;
            snapshot = nowSnapshot;
        }
    }

    /**
     * What a record says beside its row.
     *
     * @param holds whether the site has the row already
     */
    record Said(
            String kind,
            long version,
            @Nullable String marker,
            boolean holds,
            @Nullable Long lastLocal,
            boolean snapshot) {}

    /** @throws DataException if records of this schema are no resolved ones */
    ResolvedFormat(String site, Schema written) {
        List<Schema.Field> fields = written.getType() == Schema.Type.RECORD ? written.getFields() : List.of();
        if (fields.size() != 2
                || !fields.get(0).name().equals("row")
                || !fields.get(1).name().equals("meta")) {
            throw new DataException(
                    "a resolved record has the fields row and meta, " + written.getFullName() + " has not");
        }
        Schema ofRow = fields.get(0).schema();
        Schema metadata = fields.get(1).schema();
        var types = new AvroData(new AvroDataConfig(Map.of(AvroDataConfig.IGNORE_DEFAULT_FOR_NULLABLES_CONFIG, true)));
        this.here = new Utf8(site);
        this.row = AvroValue.row(ofRow, types.toConnectSchema(ofRow));
        Step passRow = passOver(ofRow);
        Step said = all(metadata, this::ofMetadata);
        this.record = in -> {
            passRow.read(in);
            said.read(in);
        };
    }

    /** What a record says beside its row. */
    Said said(BinaryDecoder in) throws IOException {
        marker = null;
        ofHere.become(false, null, false);
        record.read(in);
        return new Said(kind.toString(), version, marker, ofHere.holds, ofHere.lastLocal, ofHere.snapshot);
    }

    /** The row of a record that is read from its beginning; null if it has none. */
    @Nullable
    Row row(BinaryDecoder in) throws IOException {
        return (Row) row.read(in);
    }

    private Step ofMetadata(Schema.Field field) {
        return switch (field.name()) {
            case "kind" -> in -> kind = in.readString(kind);
            case "version" -> in -> version = in.readLong();
            case "marker" -> ifThere(field.schema(), in -> marker = in.readString());
            case "sites" -> ofSites(field.schema().getElementType());
            default -> passOver(field.schema());
        };
    }

    private Step ofSites(Schema knowledge) {
        Step one = all(knowledge, this::ofKnowledge);
        return in -> {
            for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
                for (long i = 0; i < left; i++) {
                    heard.become(false, null, false);
                    one.read(in);
                    if (heard.site.equals(here)) {
                        ofHere.become(heard.holds, heard.lastLocal, heard.snapshot);
                    }
                }
            }
        };
    }

    private Step ofKnowledge(Schema.Field field) {
        return switch (field.name()) {
            case "site" -> in -> heard.site = in.readString(heard.site);
            case "holds" -> in -> heard.holds = in.readBoolean();
            case "last_local" -> ifThere(field.schema(), in -> heard.lastLocal = in.readLong());
            case "snapshot" -> in -> heard.snapshot = in.readBoolean();
            default -> passOver(field.schema());
        };
    }

    private static Step all(Schema fields, Function<Schema.Field, Step> step) {
        Step[] steps = fields.getFields().stream().map(step).toArray(Step[]::new);
        return in -> {
            for (Step one : steps) {
                one.read(in);
            }
        };
    }

    private static Step ifThere(Schema optional, Step step) {
        int absent = AvroValue.absent(optional);
        return in -> {
            if (in.readIndex() != absent) {
                step.read(in);
            }
        };
    }

    private static Step passOver(Schema written) {
        return in -> GenericDatumReader.skip(written, in);
    }
}
