package io.antiphon.topology;

/**
 * A place in a site's log, as capture reads it: transactions in commit order, and the order inside each.
 *
 * <p>Rows of one COPY share a position; a snapshot is before everything.
 *
 * @param previousCommit log position of the last commit before the transaction
 * @param position log position of the change itself
 */
record LogPosition(long previousCommit, long position) implements Comparable<LogPosition> {
    static final LogPosition START = new LogPosition(-1, 0);
    private static final long LATER_SNAPSHOT = -2;

    /** A row of a snapshot that was taken at this log position, before anything else of this log was read. */
    static LogPosition ofSnapshot(long position) {
        return new LogPosition(START.previousCommit, position);
    }

    /** A row of a snapshot that was taken at this log position, by who had read the log before. */
    static LogPosition ofLaterSnapshot(long position) {
        return new LogPosition(LATER_SNAPSHOT, position);
    }

    boolean isSnapshot() {
        return previousCommit < 0;
    }

    /** Whether a snapshot at this position shows the rows once more, after {@code read} was read of the same log. */
    boolean isRepeated(LogPosition read) {
        return isSnapshot() && read.compareTo(START) > 0 && !(read.isSnapshot() && read.position == position);
    }

    /**
     * Whether the log that was read up to {@code read} is not this one: a first snapshot stands after all that was read of its log, but before
     * it where the database was set up anew.
     */
    boolean isBeginning(LogPosition read) {
        return previousCommit == START.previousCommit && position < read.previousCommit;
    }

    /**
     * The order of the log. What comes before a transaction's changes may be said in more than one way (the first one after a snapshot is
     * captured again with another last commit), so a transaction is before another only if what it changed is before the other's last commit.
     */
    @Override
    public int compareTo(LogPosition other) {
        int byCommit = Long.compare(previousCommit, other.previousCommit);
        boolean another = isSnapshot()
                || other.isSnapshot()
                || (byCommit < 0 ? position < other.previousCommit : other.position < previousCommit);
        return byCommit != 0 && another ? byCommit : Long.compare(position, other.position);
    }

    /** Reads Debezium's {@code source.sequence}, as in {@code ["24023128","24023136"]}; either may be null. */
    static LogPosition parse(CharSequence sequence) {
        long[] numbers = {0, 0};
        int index = 0;
        boolean inNumber = false;
        for (int i = 0; i < sequence.length(); i++) {
            char c = sequence.charAt(i);
            if (c >= '0' && c <= '9') {
                inNumber = true;
                numbers[index] = numbers[index] * 10 + (c - '0');
            } else if (c == ',') {
                if (++index == numbers.length) {
                    throw new UnreadableException("source.sequence has more than two parts: " + sequence);
                }
                inNumber = false;
            } else if (inNumber && c != '"' && c != ']') {
                throw new UnreadableException("source.sequence is not two log positions: " + sequence);
            }
        }
        return new LogPosition(numbers[0], numbers[1]);
    }
}
