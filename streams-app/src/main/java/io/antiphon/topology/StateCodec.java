package io.antiphon.topology;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Clock;
import io.antiphon.resolve.ColumnClocks;
import io.antiphon.resolve.Contests;
import io.antiphon.resolve.Past;
import io.antiphon.resolve.Row;
import io.antiphon.resolve.RowState;
import io.antiphon.resolve.SiteView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * A row's state as bytes in the store.
 *
 * <p>Times stand as their distance from the row's version, which is short; what is usual (one write, seen by its author) takes a flag. The row
 * is the Avro of its resolved record, preceded by the id of that record's schema. Not for several threads.
 */
final class StateCodec {
    private static final int FORMAT = 1;
    private static final int EXISTS = 1;
    private static final int HAS_ROW = 2;
    private static final int EXISTENCE_IS_NEWEST = 4;
    private static final int BASE_IS_NEWEST = 8;
    private static final int HAS_CONTESTS = 16;

    private static final int SEEN = 1;
    private static final int WRITE_TIME = 2;
    private static final int HELD = 4;
    private static final int LAST_LOCAL = 8;
    private static final int LAST_LOCAL_VERSION = 16;
    private static final int FORGOT = 32;
    private static final int GONE = 64;
    private static final int SNAPSHOT = 128;
    private static final int MADE_ON = 256;

    private final Numbering numbers;
    private final SiteId[] sites;
    private final Set<SiteId> mesh;
    private final ContestCodec contests = new ContestCodec(this);
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
    private int besideTheRow;
    private @Nullable BinaryEncoder encoder;
    private @Nullable BinaryDecoder decoder;

    /**
     * @param numbers of every site a state may speak of, also of those that have left the mesh
     * @param mesh the sites that have not
     */
    StateCodec(Numbering numbers, List<SiteId> mesh) {
        this.numbers = numbers;
        this.mesh = Set.copyOf(mesh);
        this.sites = new SiteId[numbers.size()];
        for (int i = 0; i < sites.length; i++) {
            sites[i] = new SiteId(numbers.name(i));
        }
    }

    /** Gives the codec of the rows written with a schema. */
    interface Codecs {
        RowCodec withSchema(int id);
    }

    byte[] write(RowState state, RowCodec rows, int schema) {
        buffer.reset();
        encoder = EncoderFactory.get().binaryEncoder(buffer, encoder);
        try {
            write(state, rows, schema, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }

    /** How many bytes of what was written last are not the row. */
    int besideTheRow() {
        return besideTheRow;
    }

    private void write(RowState state, RowCodec rows, int schema, BinaryEncoder out) throws IOException {
        long version = state.version();
        Clock newest = new Clock(state.writeTime(), state.author(), version);
        boolean plainExistence = state.existence().equals(newest);
        boolean plainBase = state.clocks().base().equals(newest);
        out.writeInt(FORMAT);
        out.writeInt((state.exists() ? EXISTS : 0)
                | (state.row() != null ? HAS_ROW : 0)
                | (plainExistence ? EXISTENCE_IS_NEWEST : 0)
                | (plainBase ? BASE_IS_NEWEST : 0)
                | (state.contests() == Contests.NONE ? 0 : HAS_CONTESTS));
        out.writeLong(version);
        out.writeLong(version - state.writeTime());
        out.writeInt(numbers.of(state.author().text()));
        out.writeLong(state.life());
        out.writeInt(state.oddEchoes());
        if (!plainExistence) {
            write(state.existence(), version, out);
        }
        if (!plainBase) {
            write(state.clocks().base(), version, out);
        }
        out.writeInt(state.clocks().groups().size());
        for (ColumnClocks.Group group : state.clocks().groups()) {
            write(group.clock(), version, out);
            byte[] columns = group.columns().toByteArray();
            out.writeBytes(columns, 0, columns.length);
        }
        out.writeInt(state.past().size());
        for (Past past : state.past()) {
            out.writeLong(version - past.version());
            out.writeLong(past.version() - past.writeTime());
            out.writeLong(past.digest());
            out.writeLong(past.life() * 2 + (past.exists() ? 1 : 0));
        }
        out.writeInt(state.sites().size());
        for (SiteView view : state.sites()) {
            write(view, version, out);
        }
        if (state.contests() != Contests.NONE) {
            contests.write(state.contests(), version, out);
        }
        if (state.row() != null) {
            out.writeInt(schema);
        }
        out.flush();
        besideTheRow = buffer.size();
        if (state.row() != null) {
            rows.write(state.row(), out);
        }
    }

    void write(Clock clock, long version, BinaryEncoder out) throws IOException {
        out.writeLong(version - clock.version());
        out.writeLong(clock.version() - clock.writeTime());
        out.writeInt(numbers.of(clock.author().text()));
    }

    private void write(SiteView view, long version, BinaryEncoder out) throws IOException {
        out.writeInt(numbers.of(view.site().text()));
        out.writeInt((view.seen() == 0 ? 0 : SEEN)
                | (view.writeTime() == 0 ? 0 : WRITE_TIME)
                | (view.held() == 0 ? 0 : HELD)
                | (view.lastLocal() == 0 ? 0 : LAST_LOCAL)
                | (view.lastLocalVersion() == 0 ? 0 : LAST_LOCAL_VERSION)
                | (view.madeOn() == 0 ? 0 : MADE_ON)
                | (view.forgot() == 0 ? 0 : FORGOT)
                | (view.gone() ? GONE : 0)
                | (view.snapshot() ? SNAPSHOT : 0));
        out.writeLong(view.life());
        writeTime(view.seen(), version, out);
        writeTime(view.writeTime(), version, out);
        writeTime(view.held(), version, out);
        writeTime(view.lastLocal(), version, out);
        writeTime(view.lastLocalVersion(), version, out);
        writeTime(view.madeOn(), version, out);
        writeTime(view.forgot(), version, out);
    }

    private static void writeTime(long time, long version, BinaryEncoder out) throws IOException {
        if (time != 0) {
            out.writeLong(version - time);
        }
    }

    /** The state, its row in the layout it was written in: see {@link RowCodec#in}. */
    Stored read(byte[] bytes, Codecs codecs) {
        decoder = DecoderFactory.get().binaryDecoder(bytes, decoder);
        try {
            return read(decoder, codecs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A state and the codec of its row; null where it has none. */
    record Stored(RowState state, @Nullable RowCodec rows) {}

    private Stored read(BinaryDecoder in, Codecs codecs) throws IOException {
        int format = in.readInt();
        if (format != FORMAT) {
            throw new IOException("the store holds a row in format " + format + ", this version reads format " + FORMAT
                    + ": start the version that wrote it");
        }
        int flags = in.readInt();
        long version = in.readLong();
        long writeTime = version - in.readLong();
        SiteId author = sites[in.readInt()];
        long life = in.readLong();
        int oddEchoes = in.readInt();
        Clock newest = new Clock(writeTime, author, version);
        Clock existence = (flags & EXISTENCE_IS_NEWEST) != 0 ? newest : readClock(version, in);
        Clock base = (flags & BASE_IS_NEWEST) != 0 ? newest : readClock(version, in);
        ColumnClocks clocks = new ColumnClocks(base, readGroups(version, in));
        List<Past> past = readPast(version, in);
        int count = in.readInt();
        var views = new ArrayList<SiteView>(count);
        for (int i = 0; i < count; i++) {
            SiteView view = readView(version, in);
            if (mesh.contains(view.site())) {
                views.add(view);
            }
        }
        Contests contested = (flags & HAS_CONTESTS) == 0 ? Contests.NONE : contests.read(version, in);
        RowCodec rows = (flags & HAS_ROW) == 0 ? null : codecs.withSchema(in.readInt());
        Row row = rows == null ? null : rows.read(in);
        return new Stored(
                new RowState(
                        version,
                        writeTime,
                        author,
                        (flags & EXISTS) != 0,
                        life,
                        row,
                        existence,
                        clocks,
                        contested,
                        past,
                        List.copyOf(views),
                        oddEchoes),
                rows);
    }

    Clock readClock(long version, BinaryDecoder in) throws IOException {
        long at = version - in.readLong();
        long writeTime = at - in.readLong();
        return new Clock(writeTime, sites[in.readInt()], at);
    }

    private List<ColumnClocks.Group> readGroups(long version, BinaryDecoder in) throws IOException {
        int count = in.readInt();
        if (count == 0) {
            return List.of();
        }
        var groups = new ArrayList<ColumnClocks.Group>(count);
        for (int i = 0; i < count; i++) {
            Clock clock = readClock(version, in);
            groups.add(new ColumnClocks.Group(clock, BitSet.valueOf(in.readBytes(null))));
        }
        return List.copyOf(groups);
    }

    private static List<Past> readPast(long version, BinaryDecoder in) throws IOException {
        int count = in.readInt();
        if (count == 0) {
            return List.of();
        }
        var past = new ArrayList<Past>(count);
        for (int i = 0; i < count; i++) {
            long at = version - in.readLong();
            long writeTime = at - in.readLong();
            long digest = in.readLong();
            long life = in.readLong();
            past.add(new Past(at, writeTime, digest, life >>> 1, (life & 1) == 1));
        }
        return List.copyOf(past);
    }

    private SiteView readView(long version, BinaryDecoder in) throws IOException {
        SiteId site = sites[in.readInt()];
        int flags = in.readInt();
        long life = in.readLong();
        return new SiteView(
                site,
                readTime(flags & SEEN, version, in),
                readTime(flags & WRITE_TIME, version, in),
                readTime(flags & HELD, version, in),
                readTime(flags & LAST_LOCAL, version, in),
                readTime(flags & LAST_LOCAL_VERSION, version, in),
                readTime(flags & MADE_ON, version, in),
                readTime(flags & FORGOT, version, in),
                life,
                (flags & GONE) != 0,
                (flags & SNAPSHOT) != 0);
    }

    private static long readTime(int flag, long version, BinaryDecoder in) throws IOException {
        return flag == 0 ? 0 : version - in.readLong();
    }
}
