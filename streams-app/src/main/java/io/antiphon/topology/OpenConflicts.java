package io.antiphon.topology;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.resolve.Disagreement;
import io.antiphon.resolve.OpenConflict;
import io.antiphon.resolve.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/** The conflicts of one table in one task that wait for a person, beside its rows in the store. An on-disk format. */
final class OpenConflicts {
    private static final int FORMAT = 1;

    private final TableId table;
    private final RowStore store;

    OpenConflicts(TableId table, RowStore store) {
        this.table = table;
        this.store = store;
    }

    boolean isOpen(byte[] key) {
        return store.get(store.open(table, key)) != null;
    }

    /** What is open of a row, its sides in the layout of {@code rows}; null for nothing. */
    @Nullable
    OpenConflict of(byte[] key, RowCodec rows, StateCodec.Codecs codecs) {
        byte[] bytes = store.get(store.open(table, key));
        return bytes == null ? null : read(bytes, store.sites(), codecs, rows.layout());
    }

    /** Reads one, its sides in the layout they were written in. */
    static OpenConflict read(byte[] bytes, Numbering numbers, StateCodec.Codecs codecs) {
        return read(bytes, numbers, codecs, null);
    }

    private static OpenConflict read(
            byte[] bytes, Numbering numbers, StateCodec.Codecs codecs, @Nullable RowLayout layout) {
        try {
            return read(DecoderFactory.get().binaryDecoder(bytes, null), numbers, codecs, layout);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void put(byte[] key, OpenConflict open, RowCodec rows, int schema) {
        var buffer = new ByteArrayOutputStream(512);
        BinaryEncoder out = EncoderFactory.get().binaryEncoder(buffer, null);
        try {
            write(open, rows, schema, out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        store.put(store.open(table, key), buffer.toByteArray());
    }

    void close(byte[] key) {
        store.forget(store.open(table, key));
    }

    /** Conflicts of the table wait for nobody any more; the keys of the rows that did. */
    List<byte[]> closeAll() {
        List<byte[]> keys = store.allOpen(table);
        keys.forEach(this::close);
        return keys;
    }

    private void write(OpenConflict open, RowCodec rows, int schema, BinaryEncoder out) throws IOException {
        out.writeInt(FORMAT);
        out.writeInt(schema);
        out.writeLong(open.named());
        out.writeLong(open.version() - open.named());
        out.writeInt(open.sides().size());
        for (OpenConflict.Side side : open.sides()) {
            Disagreement.Side wrote = side.wrote();
            out.writeInt(store.sites().of(wrote.site().text()));
            out.writeLong(wrote.writeTime());
            out.writeLong(wrote.version());
            out.writeLong(wrote.seen());
            write(side.columns(), out);
            Row row = wrote.row();
            out.writeBoolean(row != null);
            if (row != null) {
                write(absent(row), out);
                rows.write(row, out);
            }
        }
    }

    private static OpenConflict read(
            BinaryDecoder in, Numbering numbers, StateCodec.Codecs codecs, @Nullable RowLayout layout)
            throws IOException {
        int format = in.readInt();
        if (format != FORMAT) {
            throw new IOException("the store holds an open conflict in format " + format
                    + ", this version reads format " + FORMAT + ": start the version that wrote it");
        }
        RowCodec rows = codecs.withSchema(in.readInt());
        long named = in.readLong();
        long version = named + in.readLong();
        int count = in.readInt();
        var sides = new ArrayList<OpenConflict.Side>(count);
        for (int i = 0; i < count; i++) {
            var site = new SiteId(numbers.name(in.readInt()));
            long writeTime = in.readLong();
            long of = in.readLong();
            long seen = in.readLong();
            BitSet columns = BitSet.valueOf(in.readBytes(null));
            Row row = in.readBoolean() ? readRow(in, rows) : null;
            if (row != null && layout != null) {
                row = rows.in(layout, row);
            }
            sides.add(new OpenConflict.Side(new Disagreement.Side(site, writeTime, of, seen, row, null), columns));
        }
        return new OpenConflict(named, version, sides);
    }

    private static Row readRow(BinaryDecoder in, RowCodec rows) throws IOException {
        BitSet absent = BitSet.valueOf(in.readBytes(null));
        Row row = rows.read(in);
        if (absent.isEmpty()) {
            return row;
        }
        @Nullable Object[] values = row.values().clone();
        absent.stream().forEach(column -> values[column] = Row.ABSENT);
        return Row.owning(values);
    }

    private static BitSet absent(Row row) {
        var absent = new BitSet();
        for (int i = 0; i < row.size(); i++) {
            absent.set(i, row.value(i) == Row.ABSENT);
        }
        return absent;
    }

    private static void write(BitSet columns, BinaryEncoder out) throws IOException {
        byte[] bytes = columns.toByteArray();
        out.writeBytes(bytes, 0, bytes.length);
    }
}
