package io.antiphon.topology;

import io.antiphon.resolve.RowState;
import io.antiphon.resolve.SiteView;
import io.antiphon.time.HybridTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes resolved records: Avro in Confluent's wire format, by hand because it is on every row's path. A test reads them back with the
 * contract. Not for several threads.
 */
final class ResolvedWriter {
    private static final int NULL = 0;
    private static final int VALUE = 1;

    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
    private @Nullable BinaryEncoder encoder;

    /** The record of a row or of its deletion. */
    byte[] row(RowState state, RowCodec rows, int schema) {
        return record(schema, out -> {
            if (state.row() == null) {
                out.writeIndex(NULL);
            } else {
                out.writeIndex(VALUE);
                rows.write(state.row(), out);
            }
            out.writeString(state.exists() ? "ROW" : "DELETED");
            out.writeLong(state.version());
            out.writeLong(HybridTime.commitTime(state.writeTime()));
            out.writeString(state.author().text());
            out.writeIndex(NULL);
            writeSites(state, out);
        });
    }

    /** The record of a marker. */
    byte[] marker(long number, String site, long version, int schema) {
        return record(schema, out -> {
            out.writeIndex(NULL);
            out.writeString("MARKER");
            out.writeLong(version);
            out.writeLong(version);
            out.writeString(site);
            out.writeIndex(VALUE);
            out.writeString(number + "@" + site);
            out.writeArrayStart();
            out.writeArrayEnd();
        });
    }

    private static void writeSites(RowState state, BinaryEncoder out) throws IOException {
        int listed = 0;
        for (SiteView view : state.sites()) {
            listed += isWorthSaying(view, state) ? 1 : 0;
        }
        out.writeArrayStart();
        out.setItemCount(listed);
        for (SiteView view : state.sites()) {
            if (!isWorthSaying(view, state)) {
                continue;
            }
            out.startItem();
            out.writeString(view.site().text());
            out.writeBoolean(view.held() == state.version());
            if (view.lastLocal() == 0) {
                out.writeIndex(NULL);
            } else {
                out.writeIndex(VALUE);
                out.writeLong(view.lastLocal());
            }
            out.writeBoolean(view.snapshot());
        }
        out.writeArrayEnd();
    }

    private static boolean isWorthSaying(SiteView view, RowState state) {
        return view.held() == state.version() || view.lastLocal() != 0 || view.snapshot();
    }

    private byte[] record(int schema, Body body) {
        buffer.reset();
        WireFormat.begin(buffer, schema);
        encoder = EncoderFactory.get().binaryEncoder(buffer, encoder);
        try {
            body.write(encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }

    private interface Body {
        void write(BinaryEncoder out) throws IOException;
    }
}
