package io.antiphon.topology;

import io.antiphon.contract.Contracts;
import io.antiphon.contract.KeyMove;
import io.antiphon.contract.MoveLetter;
import io.antiphon.resolve.Journey;
import io.antiphon.resolve.Journey.Arrival;
import io.antiphon.resolve.Journey.Departure;
import io.antiphon.resolve.Journey.Former;
import io.antiphon.resolve.Letter;
import io.antiphon.resolve.Move;
import io.antiphon.resolve.Row;
import io.antiphon.resolve.RowState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecordBase;

/** A key's journey as bytes in the store; moves and letters stand in it as their contracts. Not for several threads. */
final class JourneyCodec {
    private static final int FORMAT = 1;
    private static final DatumWriter<KeyMove> MOVES = Contracts.writer(KeyMove.getClassSchema());
    private static final DatumWriter<MoveLetter> LETTERS = Contracts.writer(MoveLetter.getClassSchema());
    private static final DatumReader<KeyMove> MOVES_BACK = reader(KeyMove.getClassSchema(), KeyMove.class);
    private static final DatumReader<MoveLetter> LETTERS_BACK = reader(MoveLetter.getClassSchema(), MoveLetter.class);

    private final LetterForm letters;
    private final Rows rows;

    /** States and rows of the table as bytes. */
    interface Rows extends LetterForm.Rows {
        byte[] toBytes(RowState state);

        RowState stateOf(byte[] bytes);
    }

    JourneyCodec(LetterForm letters, Rows rows) {
        this.letters = letters;
        this.rows = rows;
    }

    private static <T extends SpecificRecordBase> DatumReader<T> reader(Schema schema, Class<T> type) {
        return Contracts.reader(schema, type);
    }

    byte[] write(Journey journey) {
        var buffer = new ByteArrayOutputStream(512);
        BinaryEncoder out = EncoderFactory.get().binaryEncoder(buffer, null);
        try {
            out.writeInt(FORMAT);
            out.writeInt(journey.formers().size());
            for (Former former : journey.formers()) {
                write(former, out);
            }
            out.writeInt(journey.arrivals().size());
            for (Arrival arrival : journey.arrivals()) {
                MOVES.write(LetterForm.written(arrival.move()), out);
                out.writeLong(arrival.life());
                out.writeBytes(rows.toBytes(arrival.carried()));
                out.writeBytes(arrival.keys().toByteArray());
                out.writeBoolean(arrival.recalled() != null);
                if (arrival.recalled() != null) {
                    MOVES.write(LetterForm.written(arrival.recalled()), out);
                }
            }
            out.writeInt(journey.waiting().size());
            for (Letter letter : journey.waiting()) {
                LETTERS.write(letters.written(letter), out);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }

    private void write(Former former, BinaryEncoder out) throws IOException {
        out.writeBytes(rows.toBytes(former.row()));
        out.writeLong(former.version());
        out.writeInt(former.departures().size());
        for (Departure departure : former.departures()) {
            MOVES.write(LetterForm.written(departure.move()), out);
            out.writeBoolean(departure.back() != null);
            if (departure.back() != null) {
                LETTERS.write(letters.written(departure.back()), out);
            }
        }
    }

    Journey read(byte[] bytes) {
        BinaryDecoder in = DecoderFactory.get().binaryDecoder(bytes, null);
        try {
            int format = in.readInt();
            if (format != FORMAT) {
                throw new IOException("the store holds a journey in format " + format + ", this version reads format "
                        + FORMAT + ": start the version that wrote it");
            }
            var formers = new ArrayList<Former>();
            for (int left = in.readInt(); left > 0; left--) {
                formers.add(readFormer(in));
            }
            var arrivals = new ArrayList<Arrival>();
            for (int left = in.readInt(); left > 0; left--) {
                Move move = readMove(in);
                long life = in.readLong();
                Row carried = rows.ofBytes(in.readBytes(null));
                BitSet keys = BitSet.valueOf(in.readBytes(null));
                Move recalled = in.readBoolean() ? readMove(in) : null;
                arrivals.add(new Arrival(move, life, carried, keys, recalled));
            }
            var waiting = new ArrayList<Letter>();
            for (int left = in.readInt(); left > 0; left--) {
                waiting.add(letters.read(LETTERS_BACK.read(null, in)));
            }
            return new Journey(formers, arrivals, waiting);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Former readFormer(BinaryDecoder in) throws IOException {
        ByteBuffer state = in.readBytes(null);
        byte[] bytes = new byte[state.remaining()];
        state.get(bytes);
        long version = in.readLong();
        var departures = new ArrayList<Departure>();
        for (int count = in.readInt(); count > 0; count--) {
            Move move = readMove(in);
            Letter back = in.readBoolean() ? letters.read(LETTERS_BACK.read(null, in)) : null;
            departures.add(new Departure(move, (Letter.Returned) back));
        }
        return new Former(rows.stateOf(bytes), version, departures);
    }

    private static Move readMove(BinaryDecoder in) throws IOException {
        return LetterForm.read(MOVES_BACK.read(null, in));
    }
}
