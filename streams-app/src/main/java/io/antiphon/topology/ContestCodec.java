package io.antiphon.topology;

import io.antiphon.resolve.Clock;
import io.antiphon.resolve.Contests;
import io.antiphon.resolve.Contests.Assertion;
import io.antiphon.resolve.Register;
import io.antiphon.resolve.Register.Candidates;
import io.antiphon.resolve.Register.Parts;
import io.antiphon.resolve.Register.Sum;
import io.antiphon.resolve.Register.Write;
import io.antiphon.resolve.Row;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.jspecify.annotations.Nullable;

/** What policies remember of a row as bytes in the store. A value says what it is, because its column may become wider. */
final class ContestCodec {
    private static final int CANDIDATES = 0;
    private static final int SUM = 1;
    private static final int PARTS = 2;

    private static final int BOUNDED = 1;
    private static final int START = 2;

    private static final int NULL = 0;
    private static final int ABSENT = 1;
    private static final int INT = 2;
    private static final int LONG = 3;
    private static final int BOOLEAN = 4;
    private static final int FLOAT = 5;
    private static final int DOUBLE = 6;
    private static final int TEXT = 7;
    private static final int BYTES = 8;

    private final StateCodec states;

    ContestCodec(StateCodec states) {
        this.states = states;
    }

    void write(Contests contests, long version, BinaryEncoder out) throws IOException {
        out.writeInt(contests.assertions().size());
        for (Assertion assertion : contests.assertions()) {
            states.write(assertion.clock(), version, out);
            out.writeBoolean(assertion.exists());
        }
        out.writeInt(contests.registers().size());
        for (Register register : contests.registers()) {
            if (register instanceof Candidates candidates) {
                out.writeInt(CANDIDATES);
                write(candidates, version, out);
            } else if (register instanceof Sum sum) {
                out.writeInt(SUM);
                write(sum, version, out);
            } else {
                out.writeInt(PARTS);
                write((Parts) register, version, out);
            }
        }
    }

    Contests read(long version, BinaryDecoder in) throws IOException {
        int count = in.readInt();
        var assertions = new ArrayList<Assertion>(count);
        for (int i = 0; i < count; i++) {
            assertions.add(new Assertion(states.readClock(version, in), in.readBoolean()));
        }
        count = in.readInt();
        var registers = new ArrayList<Register>(count);
        for (int i = 0; i < count; i++) {
            int kind = in.readInt();
            registers.add(
                    switch (kind) {
                        case CANDIDATES -> readCandidates(version, in);
                        case SUM -> readSum(version, in);
                        case PARTS -> readParts(version, in);
                        default -> throw new IOException("the store holds a register of kind " + kind);
                    });
        }
        return new Contests(List.copyOf(assertions), List.copyOf(registers));
    }

    private void write(Candidates candidates, long version, BinaryEncoder out) throws IOException {
        byte[] columns = candidates.columns().toByteArray();
        out.writeBytes(columns, 0, columns.length);
        out.writeInt(candidates.writes().size());
        for (Write write : candidates.writes()) {
            states.write(write.clock(), version, out);
            for (Object value : write.values()) {
                write(value, out);
            }
        }
    }

    private Candidates readCandidates(long version, BinaryDecoder in) throws IOException {
        BitSet columns = BitSet.valueOf(in.readBytes(null));
        int count = in.readInt();
        var writes = new ArrayList<Write>(count);
        for (int i = 0; i < count; i++) {
            Clock clock = states.readClock(version, in);
            @Nullable Object[] values = new Object[columns.cardinality()];
            for (int value = 0; value < values.length; value++) {
                values[value] = readValue(in);
            }
            writes.add(new Write(clock, Arrays.asList(values)));
        }
        return new Candidates(columns, List.copyOf(writes));
    }

    private void write(Sum sum, long version, BinaryEncoder out) throws IOException {
        Sum.Start start = sum.start();
        out.writeInt(sum.column());
        out.writeInt((sum.bounded() ? BOUNDED : 0) | (start == null ? 0 : START));
        out.writeString(sum.total().toString());
        if (start != null) {
            states.write(start.clock(), version, out);
            out.writeString(start.amount().toString());
        }
        writeClocks(sum.writes(), version, out);
    }

    private Sum readSum(long version, BinaryDecoder in) throws IOException {
        int column = in.readInt();
        int flags = in.readInt();
        var total = new BigDecimal(in.readString());
        Sum.Start start = (flags & START) == 0
                ? null
                : new Sum.Start(states.readClock(version, in), new BigDecimal(in.readString()));
        int count = in.readInt();
        var writes = new ArrayList<Clock>(count);
        for (int i = 0; i < count; i++) {
            writes.add(states.readClock(version, in));
        }
        return new Sum(column, total, (flags & BOUNDED) != 0, start, List.copyOf(writes));
    }

    private void writeClocks(List<Clock> clocks, long version, BinaryEncoder out) throws IOException {
        out.writeInt(clocks.size());
        for (Clock clock : clocks) {
            states.write(clock, version, out);
        }
    }

    private void write(Parts parts, long version, BinaryEncoder out) throws IOException {
        out.writeInt(parts.column());
        states.write(parts.base(), version, out);
        states.write(parts.whole(), version, out);
        out.writeInt(parts.parts().size());
        for (var part : parts.parts().entrySet()) {
            out.writeString(part.getKey());
            states.write(part.getValue().clock(), version, out);
            write(part.getValue().value(), out);
        }
    }

    private Parts readParts(long version, BinaryDecoder in) throws IOException {
        int column = in.readInt();
        Clock base = states.readClock(version, in);
        Clock whole = states.readClock(version, in);
        int count = in.readInt();
        var parts = new TreeMap<String, Parts.Part>();
        for (int i = 0; i < count; i++) {
            String name = in.readString();
            Clock clock = states.readClock(version, in);
            Object value = readValue(in);
            parts.put(name, new Parts.Part(clock, value == null ? null : value.toString()));
        }
        return new Parts(column, base, whole, parts);
    }

    private static void write(@Nullable Object value, BinaryEncoder out) throws IOException {
        if (value == null) {
            out.writeInt(NULL);
        } else if (value == Row.ABSENT) {
            out.writeInt(ABSENT);
        } else if (value instanceof Integer number) {
            out.writeInt(INT);
            out.writeInt(number);
        } else if (value instanceof Long number) {
            out.writeInt(LONG);
            out.writeLong(number);
        } else if (value instanceof Boolean truth) {
            out.writeInt(BOOLEAN);
            out.writeBoolean(truth);
        } else if (value instanceof Float number) {
            out.writeInt(FLOAT);
            out.writeFloat(number);
        } else if (value instanceof Double number) {
            out.writeInt(DOUBLE);
            out.writeDouble(number);
        } else if (value instanceof CharSequence text) {
            out.writeInt(TEXT);
            out.writeString(text);
        } else {
            out.writeInt(BYTES);
            out.writeBytes((ByteBuffer) value);
        }
    }

    private static @Nullable Object readValue(BinaryDecoder in) throws IOException {
        int type = in.readInt();
        return switch (type) {
            case NULL -> null;
            case ABSENT -> Row.ABSENT;
            case INT -> in.readInt();
            case LONG -> in.readLong();
            case BOOLEAN -> in.readBoolean();
            case FLOAT -> in.readFloat();
            case DOUBLE -> in.readDouble();
            case TEXT -> in.readString(null);
            case BYTES -> in.readBytes(null);
            default -> throw new IOException("the store holds a value of type " + type);
        };
    }
}
