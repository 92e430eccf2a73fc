package io.antiphon.topology;

import io.antiphon.api.Delivery;
import io.antiphon.api.Progress;
import io.antiphon.config.Configuration;
import io.antiphon.config.Table;
import io.antiphon.contract.Answer;
import io.antiphon.contract.Conflict;
import io.antiphon.contract.MoveLetter;
import io.antiphon.contract.UnwrittenOutcome;
import io.antiphon.key.RowKey;
import io.antiphon.mesh.DatabaseNames;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.mesh.Topics;
import io.antiphon.resolve.Columns;
import io.antiphon.resolve.Decision;
import io.antiphon.resolve.Heard;
import io.antiphon.resolve.Letter;
import io.antiphon.resolve.Moved;
import io.antiphon.resolve.Moving;
import io.antiphon.resolve.OpenConflict;
import io.antiphon.resolve.Outcome;
import io.antiphon.resolve.Partition;
import io.antiphon.resolve.Resolver;
import io.antiphon.resolve.Row;
import io.antiphon.resolve.RowState;
import io.antiphon.resolve.Verdict;
import io.antiphon.time.HybridTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One table in one task: one partition of its captured topics and of its resolved topic. Not for several threads. */
final class TableTask implements Intake.Heart {
    private static final Logger LOG = LoggerFactory.getLogger(TableTask.class);
    private static final int FORGOTTEN_AT_ONCE = 1_000;

    /** How many bytes are kept beside a row that every site has acknowledged, and more for each site. */
    private static final int KEPT = 64;

    private static final int KEPT_A_SITE = 24;

    private final TableId table;
    private final Table policy;
    private final Configuration mesh;
    private final String resolved;
    private final int partition;
    private final List<SiteId> sites;
    private final int most;
    private final RowStore store;
    private final Schemas schemas;
    private final Resolver resolver;
    private final Moving moving;
    private final LetterForm letters;
    private final Journeys journeys;
    private final StateCodec states;
    private final ResolvedWriter writer = new ResolvedWriter();
    private final Progress progress;
    private final Out out;
    private final TableProgress at;
    private final OpenConflicts open;
    private final ConflictRecords conflicts;
    private final Map<Integer, RowCodec> codecs = new HashMap<>();
    private final Map<SiteId, CapturedReader> readers = new HashMap<>();
    private final Map<SiteId, Intake> intakes = new LinkedHashMap<>();
    private final Map<SiteId, Delivery> deliveries = new HashMap<>();
    private final Map<Schema, RowLayout> covered = new HashMap<>();
    private final Map<BitSet, Integer> narrower = new HashMap<>();
    private long unstable;
    private long untidied;
    private boolean hasMoreToClear;
    private boolean moved;
    private @Nullable RowCodec rows;
    private Columns columns = Columns.each(0);

    /** Where a task's records go. */
    interface Out {
        void resolved(byte[] key, Outgoing record);

        void conflict(byte[] key, Conflict conflict);

        void says(RowKey to, MoveLetter letter);

        void deadLetter(SiteId site, TableId table, String stage, @Nullable String key, long version, String cause);

        /** A captured record can never be read. */
        void unreadable(SiteId site, TableId table, byte @Nullable [] key, byte[] value, long offset, String cause);
    }

    TableTask(
            Table policy,
            Configuration mesh,
            int partition,
            RowStore store,
            Schemas schemas,
            TopicEnds ends,
            Progress progress,
            Out out) {
        this.table = policy.id();
        this.policy = policy;
        this.mesh = mesh;
        this.resolved = new Topics(mesh.mesh()).resolved(table);
        this.partition = partition;
        this.sites = mesh.sites().stream().map(io.antiphon.config.Site::id).toList();
        this.store = store;
        this.schemas = schemas;
        this.resolver = new Resolver(sites);
        this.moving = new Moving(resolver);
        this.states = new StateCodec(store.sites(), sites);
        this.most = KEPT + KEPT_A_SITE * sites.size();
        this.progress = progress;
        this.out = out;
        var rowsAsBytes = new RowsAsBytes();
        this.letters = new LetterForm(table, rowsAsBytes);
        this.journeys = new Journeys(table, store, new JourneyCodec(letters, rowsAsBytes));
        long maxSkew = mesh.maxClockSkew().toNanos() / 1000;
        for (SiteId site : sites) {
            String origins = new DatabaseNames(mesh.mesh(), site).originPrefix() + site + "_";
            readers.put(site, new CapturedReader(site, origins, maxSkew, schemas));
            intakes.put(site, new Intake(table, site, store, this));
        }
        this.at = restored(ends);
        if (at.schema() != 0) {
            use(codec(at.schema()));
        }
        store.beforeCommit(this::keepProgress);
        this.open = new OpenConflicts(table, store);
        this.conflicts = new ConflictRecords(table);
        if (!policy.parks()) {
            closeAll();
        }
        if (intakes.values().stream().anyMatch(intake -> intake.isHeld() || intake.hasUnreadable())) {
            tellsWhatIsHeld();
        }
    }

    private TableProgress restored(TopicEnds ends) {
        byte[] bytes = store.progress(table);
        if (bytes != null) {
            return TableProgress.read(bytes, store.sites(), sites);
        }
        var fresh = new TableProgress(sites);
        fresh.gave(ends.lastVersion(resolved, partition));
        return fresh;
    }

    /** No person is asked any more; rows that were deleted meanwhile can be forgotten again. */
    private void closeAll() {
        List<byte[]> closed = open.closeAll();
        for (byte[] key : closed) {
            RowState state = load(store.row(table, key));
            if (state != null && !state.exists()) {
                store.tombstone(table, state.version(), key);
            }
        }
        if (!closed.isEmpty()) {
            LOG.warn(
                    "conflicts.closed table={} partition={} count={} cause=\"no person is asked any more\"",
                    table,
                    partition,
                    closed.size());
        }
    }

    int partition() {
        return partition;
    }

    /** Where the site's captured partition is expected to go on; -1 before its first record. */
    long nextOffset(SiteId site) {
        return at.at(site).nextOffset();
    }

    /** Takes in one captured record; one that can never be read is a dead letter, and its row is held. */
    void take(SiteId site, byte @Nullable [] key, byte[] value, KeyChange keyChange, long recordTime, long offset) {
        Intake intake = intake(site);
        if (intake.isBusy()) {
            intake.waits(key, value, keyChange, recordTime, offset);
            passed(site, LogPosition.START, offset);
        } else {
            passed(site, read(site, intake, key, value, keyChange, recordTime, offset), offset);
        }
    }

    @Override
    public void read(
            SiteId site, byte @Nullable [] key, byte[] value, KeyChange keyChange, long recordTime, long offset) {
        passed(
                site,
                read(site, intake(site), key, value, keyChange, recordTime, offset),
                at.at(site).nextOffset() - 1);
    }

    private LogPosition read(
            SiteId site,
            Intake intake,
            byte @Nullable [] key,
            byte[] value,
            KeyChange keyChange,
            long recordTime,
            long offset) {
        try {
            return take(site, intake, key, value, keyChange, recordTime);
        } catch (UnreadableException e) {
            out.unreadable(site, table, key, value, offset, String.valueOf(e.getMessage()));
            if (key != null) {
                intake.isUnreadable(key, at.answered(site));
                tellsWhatIsHeld();
            }
            return LogPosition.START;
        }
    }

    private LogPosition take(
            SiteId site, Intake intake, byte @Nullable [] key, byte[] value, KeyChange keyChange, long recordTime) {
        Captured captured = Objects.requireNonNull(readers.get(site)).read(value, recordTime, this::covering);
        LogPosition read = at.at(site).read();
        boolean anew = captured.at().isBeginning(read);
        if (anew) {
            at.readAnew(site);
        } else if (!captured.at().isSnapshot() && captured.at().compareTo(read) < 0) {
            return captured.at();
        }
        if (captured instanceof Captured.OfRow ofRow) {
            if (ofRow.heard() instanceof Heard.Found && key != null) {
                intake.shows(key, captured.at(), read, anew);
            }
            row(site, intake, key, ofRow, keyChange);
        } else if (captured instanceof Captured.Answered answered) {
            answered(intake, answered.answer());
        } else if (captured instanceof Captured.Asked asked) {
            asked(asked);
        } else if (captured instanceof Captured.Truncated truncated
                && captured.at().compareTo(read) > 0) {
            truncated(site, intake, truncated);
        } else if (captured instanceof Captured.SnapshotEnded) {
            intake.shownAll(captured.at(), read, anew);
        }
        return captured.at();
    }

    private Intake intake(SiteId site) {
        return Objects.requireNonNull(intakes.get(site));
    }

    /** Whether there is something to go on with that no record brings. */
    boolean isBusy() {
        if (hasMoreToClear) {
            return true;
        }
        for (Intake intake : intakes.values()) {
            if (intake.isBusy()) {
                return true;
            }
        }
        return false;
    }

    /** Goes on with what takes longer than one record may. */
    void goesOn() {
        if (hasMoreToClear) {
            clearStable();
        }
        for (Intake intake : intakes.values()) {
            if (intake.isBusy()) {
                intake.goesOn(policy.truncate());
                tellsWhatIsHeld();
            }
        }
    }

    @Override
    public void isNotThere(SiteId site, byte[] key, Pause why) {
        Bytes stored = store.row(table, key);
        RowState was = load(stored);
        long answered = at.answered(site);
        Heard heard = why.restores()
                ? new Heard.Lost(site, null)
                : intake(site).isUnread(key)
                        ? Heard.Stands.undated(site, null, answered)
                        : new Heard.Stands(site, null, why.commitTime(), why.time(), answered);
        hears(key, stored, was, heard);
        intake(site).showsWhatWasUnreadable(key);
    }

    /** Notes that a record was dealt with, also one that could not be read. */
    void passed(SiteId site, LogPosition position, long offset) {
        at.read(site, position, offset);
        moved = true;
    }

    private void keepProgress() {
        if (moved) {
            store.progress(table, at.toBytes(store.sites()));
            moved = false;
        }
    }

    private void row(SiteId site, Intake intake, byte @Nullable [] key, Captured.OfRow captured, KeyChange keyChange) {
        if (key == null) {
            throw new UnreadableException("a change of " + table + " without a row key");
        }
        Bytes stored = store.row(table, key);
        RowState was = load(stored);
        Heard heard = keyChange.of(captured.heard(), key, captured.at(), rows().layout());
        if (!(heard instanceof Heard.Found) && intake.isUnread(key)) {
            was = shown(site, key, stored, was, heard);
        }
        readsAgain(intake, key);
        Heard.Local local = changeIn(heard);
        if (local != null) {
            progress.captured(site, 1);
            if (isRepeated(site, was, heard, local, captured.at())) {
                return;
            }
            if (local.time() < local.commitTime()) {
                progress.at(site).pulledBack(1);
            }
            progress.decided(site, 1);
        } else if (heard instanceof Heard.Found) {
            progress.captured(site, 1);
            progress.decided(site, 1);
        }
        hears(key, stored, was, heard);
    }

    /** What records that could not be read left of the row is what the next one found. */
    private @Nullable RowState shown(SiteId site, byte[] key, Bytes stored, @Nullable RowState was, Heard next) {
        var stands = Heard.Stands.undated(site, next.before(), at.answered(site));
        hears(key, stored, was, stands);
        return load(stored);
    }

    /** A record of the row could be read: a delete that waited for that can be forgotten like any other. */
    private void readsAgain(Intake intake, byte[] key) {
        if (intake.showsWhatWasUnreadable(key)) {
            unstable = 0;
            tellsWhatIsHeld();
        }
    }

    private Partition asFarAsRead(byte[] key) {
        Partition partition = at;
        for (Intake intake : intakes.values()) {
            partition = intake.asFarAsRead(key, partition);
        }
        return partition;
    }

    private static Heard.@Nullable Local changeIn(Heard heard) {
        if (heard instanceof Heard.Departed departed) {
            return departed.change();
        }
        return heard instanceof Heard.Arrived arrived
                ? arrived.change()
                : heard instanceof Heard.Local local ? local : null;
    }

    /**
     * Rows of one COPY share a position: one that stands where the last one read stood is new unless its row knows it. So do the two records of
     * a change of key, and in one transaction a key may be left and taken again.
     */
    private boolean isRepeated(
            SiteId site, @Nullable RowState was, Heard heard, Heard.Local local, LogPosition position) {
        if (was == null || position.compareTo(at.at(site).read()) != 0) {
            return false;
        }
        boolean gone = was.at(site).gone();
        return was.at(site).lastLocal() == local.commitTime()
                && (heard instanceof Heard.Local || gone == heard instanceof Heard.Departed);
    }

    /** Takes in one letter that another row's key has written. */
    void take(MoveLetter form) {
        Letter letter = letters.read(form);
        byte[] key = letter.to().toBytes();
        Bytes stored = store.row(table, key);
        RowState was = load(stored);
        carryOut(
                key,
                stored,
                was,
                moving.read(was, journeys.of(key), letter, columns, asFarAsRead(key)),
                letter.move().site());
        forgetIfOver(key, stored);
        moved = true;
    }

    private void hears(byte[] key, Bytes stored, @Nullable RowState was, Heard heard) {
        carryOut(key, stored, was, moving.hear(was, journeys.of(key), heard, columns, asFarAsRead(key)), heard.site());
    }

    private void carryOut(byte[] key, Bytes stored, @Nullable RowState was, Moved all, SiteId heardFrom) {
        RowState before = was;
        for (Outcome outcome : all.outcomes()) {
            carryOut(key, stored, before, outcome, heardFrom);
            before = outcome.state();
        }
        journeys.is(key, all.journey());
        for (Letter letter : all.letters()) {
            out.says(letter.to(), letters.written(letter));
        }
    }

    private void answered(Intake intake, Answer answer) {
        SiteId site = new SiteId(answer.getSite());
        for (UnwrittenOutcome unwritten : answer.getOutcomes()) {
            unwritten(site, intake, unwritten);
        }
        at.answered(site, answer.getVersion());
        delivery(site).applied(answer.getVersion(), answer.getApplied(), answer.getCommitTime() - answer.getVersion());
        clearStable();
    }

    private void unwritten(SiteId site, Intake intake, UnwrittenOutcome unwritten) {
        byte[] key = unwritten.getKey().getBytes(StandardCharsets.UTF_8);
        if (intake.isUnread(key) && !unwritten.getKind().equals("PARKED")) {
            // It speaks of what stood before or after what could not be read; the site's next record of the row tells.
            return;
        }
        Bytes stored = store.row(table, key);
        RowState was = load(stored);
        switch (unwritten.getKind()) {
            case "REFUSED" -> {
                progress.refused(site, 1);
                long commitTime = unwritten.getCommitTime() == null ? 0 : unwritten.getCommitTime();
                var refused = new Heard.Refused(site, unwritten.getVersion(), commitTime);
                hears(key, stored, was, refused);
            }
            case "ABSENT" -> {
                var absent = new Heard.Absent(site, unwritten.getVersion());
                hears(key, stored, was, absent);
            }
            case "PARKED" -> {
                String cause = unwritten.getCause();
                out.deadLetter(
                        site,
                        table,
                        "APPLY",
                        unwritten.getKey(),
                        unwritten.getVersion(),
                        cause == null ? "the site gave no cause" : cause);
            }
            case "CLAIMED" -> claimed(site, key, was, unwritten);
            default ->
                throw new UnreadableException(
                        "an answer of " + site + " says '" + unwritten.getKind() + "', which is none we know");
        }
    }

    /** Every site answers so; the one that wrote the row speaks for all, after whatever it was withdrawn for there. */
    private void claimed(SiteId site, byte[] key, @Nullable RowState was, UnwrittenOutcome unwritten) {
        if (was == null || was.version() != unwritten.getVersion()) {
            return;
        }
        SiteId author = was.author().equals(SiteId.PEOPLE) ? sites.get(0) : was.author();
        if (site.equals(author)) {
            progress.conflicts(table, 1);
            out.conflict(key, conflicts.claimed(unwritten, site, was, rows()));
        }
    }

    /** Of very much some at a time, because what one record causes is in one transaction. */
    private void clearStable() {
        long stable = Math.min(at.stable(), at.lastVersion());
        boolean hasMoreToSettle = settleStable(stable);
        forgetStable(stable);
        tidyStable(stable);
        hasMoreToClear = hasMoreToSettle || stable >= unstable || stable >= untidied;
    }

    /** Whether there may be more. */
    private boolean settleStable(long stable) {
        List<RowStore.AtVersion> all = journeys.settling(stable, FORGOTTEN_AT_ONCE);
        for (RowStore.AtVersion former : all) {
            Bytes stored = store.row(table, former.key());
            RowState was = load(stored);
            carryOut(
                    former.key(),
                    stored,
                    was,
                    moving.settle(was, journeys.of(former.key()), columns, asFarAsRead(former.key())),
                    sites.get(0));
            store.noFormer(table, former.version());
            forgetIfOver(former.key(), stored);
        }
        return all.size() == FORGOTTEN_AT_ONCE;
    }

    /** Deleted rows that every site has answered are forgotten here and in the resolved topic, but for those a person has still to decide on. */
    private void forgetStable(long stable) {
        if (stable < unstable) {
            return;
        }
        List<RowStore.AtVersion> all = store.tombstones(table, unstable, stable, FORGOTTEN_AT_ONCE);
        unstable = beyond(all, stable);
        for (RowStore.AtVersion deleted : all) {
            if (isUnread(deleted.key())) {
                continue;
            }
            Bytes stored = store.row(table, deleted.key());
            RowState state = load(stored);
            if (state != null
                    && !state.exists()
                    && state.version() == deleted.version()
                    && journeys.of(deleted.key()).isOver()
                    && !(policy.parks() && open.isOpen(deleted.key()))) {
                forget(deleted.key(), stored);
            }
            store.noTombstone(table, deleted.version());
        }
    }

    /** What a busy row remembers goes with its next change; one that is not changed again is to be small too. */
    private void tidyStable(long stable) {
        if (stable < untidied) {
            return;
        }
        List<RowStore.AtVersion> all = store.large(table, untidied, stable, FORGOTTEN_AT_ONCE);
        untidied = beyond(all, stable);
        for (RowStore.AtVersion large : all) {
            Bytes stored = store.row(table, large.key());
            RowState state = isUnread(large.key()) ? null : load(stored);
            if (state != null && state.version() == large.version()) {
                written(
                        resolver.tidied(state, at),
                        (narrow, codec, schema) -> store.put(stored, states.write(narrow, codec, schema)));
            }
            store.notLarge(table, large.version());
        }
    }

    private static long beyond(List<RowStore.AtVersion> found, long stable) {
        return found.size() < FORGOTTEN_AT_ONCE
                ? stable + 1
                : found.get(found.size() - 1).version() + 1;
    }

    /** Carries out what a person decided, or answers why not. */
    void decide(io.antiphon.contract.Decision decision, long time) {
        byte[] key = decision.getKey().getBytes(StandardCharsets.UTF_8);
        if (rows == null) {
            empty();
        }
        Bytes stored = store.row(table, key);
        RowState was = load(stored);
        OpenConflict before = policy.parks() ? open.of(key, rows(), this::codec) : null;
        Verdict verdict;
        try {
            verdict = resolver.decide(was, before, read(decision, was, before, time), columns, asFarAsRead(key));
        } catch (GivenRow.NotARowException e) {
            out.conflict(key, conflicts.refused(decision, was, rows(), String.valueOf(e.getMessage())));
            return;
        }
        if (verdict instanceof Verdict.Accepted accepted && was != null && before != null) {
            RowState state = accepted.outcome().state();
            carryOut(key, stored, was, accepted.outcome(), SiteId.PEOPLE);
            moved = true;
            open.close(key);
            out.conflict(key, conflicts.closed(decision, before, was, state, rows()));
        } else {
            out.conflict(key, conflicts.refused(decision, was, rows(), whyNot(verdict, text(key), was)));
        }
    }

    private Decision read(
            io.antiphon.contract.Decision decision, @Nullable RowState was, @Nullable OpenConflict about, long time) {
        if (decision.getKeep() != null) {
            return new Decision.Keep(decision.getSeen(), new SiteId(decision.getKeep()), time);
        }
        if (decision.getRow() == null || was == null || about == null) {
            return new Decision.Write(decision.getSeen(), null, new BitSet(), time);
        }
        Row standing = was.row() == null ? Row.unknown(rows().layout().size()) : was.row();
        GivenRow given = GivenRow.of(decision.getRow(), standing, about, rows());
        return new Decision.Write(decision.getSeen(), given.row(), given.columns(), time);
    }

    private String whyNot(Verdict verdict, String key, @Nullable RowState was) {
        String now = was == null ? "nothing is known of the row" : "the row is " + told(was);
        if (!policy.parks()) {
            return "conflicts of " + table + " do not wait for a person: write conflicts: park under tables." + table;
        }
        if (verdict instanceof Verdict.MovedOn movedOn) {
            return "the row has changed since it was shown: it is " + (was == null ? "gone" : told(was))
                    + "; to decide on that, name conflict "
                    + conflicts.id(key, movedOn.open().version());
        }
        if (verdict instanceof Verdict.NoSuchSide noSuchSide) {
            return "that site wrote nothing of this conflict: keep "
                    + noSuchSide.open().sides().stream()
                            .map(side -> side.site().text())
                            .collect(Collectors.joining(" or "));
        }
        return "nothing of this row waits for a person, it was decided already: " + now;
    }

    private String told(RowState state) {
        return (state.exists() ? rows().asJson(Objects.requireNonNull(state.row())) : "deleted") + ", written by "
                + state.author() + " at " + HybridTime.asInstant(HybridTime.commitTime(state.writeTime()))
                + " (version " + state.version()
                + ")";
    }

    private void forget(byte[] key, Bytes stored) {
        store.forget(stored);
        out.resolved(key, new Outgoing(resolved, partition, null));
    }

    /** A tombstone that was stable before its key's journey was over waits for that. */
    private void forgetIfOver(byte[] key, Bytes stored) {
        RowState state = load(stored);
        if (state != null
                && !state.exists()
                && resolver.isStable(state.version(), at)
                && !isUnread(key)
                && !(policy.parks() && open.isOpen(key))
                && journeys.of(key).isOver()) {
            store.noTombstone(table, state.version());
            forget(key, stored);
        }
    }

    /** Whether some site has something of the row that could not be read, and that the delete has yet to meet. */
    private boolean isUnread(byte[] key) {
        for (Intake intake : intakes.values()) {
            if (intake.isUnread(key)) {
                return true;
            }
        }
        return false;
    }

    private void asked(Captured.Asked asked) {
        long version = at.lastVersion() + 1;
        at.gave(version);
        String site = asked.marker().getSite();
        RowCodec codec = rows == null ? empty() : rows;
        byte[] value = writer.marker(asked.marker().getNumber(), site, version, schemaOf(codec));
        byte[] key = ("{\"marker\":\"" + site + "\"}").getBytes(StandardCharsets.UTF_8);
        out.resolved(key, new Outgoing(resolved, partition, value));
        sent(version, null);
    }

    private void truncated(SiteId site, Intake intake, Captured.Truncated truncated) {
        intake.truncated(truncated, policy.truncate());
        tellsWhatIsHeld();
        if (intake.isHeld() && partition == 0) {
            out.deadLetter(site, table, "TRUNCATE", null, 0, heldAt(site));
        }
    }

    private String heldAt(SiteId site) {
        return "table " + table + " was truncated at " + site + ": what " + site
                + " writes to it from then on waits. Say under tables." + table
                + " what was meant, and start again: truncate: delete deletes the rows that " + site
                + " had everywhere, truncate: restore brings them back to " + site;
    }

    private String unreadAt(SiteId site) {
        return "rows of " + table + " are held, because changes of " + site
                + " to them cannot be read (see the dead letters): each goes on when " + site
                + " changes it again in a way that can be read";
    }

    private void tellsWhatIsHeld() {
        String reason = null;
        for (Map.Entry<SiteId, Intake> of : intakes.entrySet()) {
            if (of.getValue().isHeld()) {
                reason = heldAt(of.getKey());
                break;
            }
            if (of.getValue().hasUnreadable()) {
                reason = unreadAt(of.getKey());
            }
        }
        if (reason == null) {
            progress.released(table, partition);
        } else {
            progress.held(table, partition, reason);
        }
    }

    private void carryOut(byte[] key, Bytes stored, @Nullable RowState was, Outcome outcome, SiteId heardFrom) {
        RowState state = outcome.state();
        if (state == null || state == was) {
            return;
        }
        if (outcome instanceof Outcome.Noted || outcome instanceof Outcome.Held) {
            written(state, (narrow, codec, schema) -> store.put(stored, states.write(narrow, codec, schema)));
            if (outcome instanceof Outcome.Held held) {
                String cause = "the row at " + heardFrom
                        + " was changed by something at that site each time it was written (a trigger?); it is left as it is there";
                out.deadLetter(heardFrom, table, "APPLY", text(key), held.echo().mark(), cause);
            }
            return;
        }
        at.gave(state.version());
        indexTombstone(key, was, state);
        written(state, (narrow, codec, schema) -> {
            store.put(stored, states.write(narrow, codec, schema));
            if (states.besideTheRow() > most) {
                store.large(table, state.version(), key);
            }
            out.resolved(key, new Outgoing(resolved, partition, writer.row(narrow, codec, schema)));
        });
        sent(state.version(), state);
        OpenConflict before = policy.parks() ? open.of(key, rows(), this::codec) : null;
        OpenConflict now = policy.parks() ? OpenConflict.after(before, outcome) : null;
        if (now != null && now != before) {
            open.put(key, now, rows(), schemaOf(rows()));
        }
        if (outcome instanceof Outcome.Decided decided) {
            progress.conflicts(table, 1);
            out.conflict(key, conflicts.decided(text(key), decided, before, now, rows()));
        } else if (outcome instanceof Outcome.SentAgain) {
            progress.at(heardFrom).fellBack(1);
        }
    }

    /** How a state is written: as it is, with the codec of its row and the id of that codec's schema. */
    private interface Written {
        void as(RowState state, RowCodec codec, int schema);
    }

    private void written(RowState state, Written written) {
        Row row = state.row();
        if (row == null) {
            written.as(state, rows(), schemaOf(rows()));
            return;
        }
        Known known = known(row);
        written.as(known.row() == row ? state : state.with(known.row()), known.codec(), known.schema());
    }

    /** A row without the columns nothing is known of, and how such are written. */
    private record Known(Row row, RowCodec codec, int schema) {}

    /** A column that no site has shown of this row is not null there: the row is written without it. */
    private Known known(Row row) {
        if (!row.hasAbsent()) {
            return new Known(row, rows(), schemaOf(rows()));
        }
        var known = new BitSet(row.size());
        for (int i = 0; i < row.size(); i++) {
            known.set(i, row.value(i) != Row.ABSENT);
        }
        Integer id = narrower.get(known);
        if (id == null) {
            RowLayout layout = rows().layout().knownOf(row);
            id = schemas.idOf(subject(), layout.schema());
            codecs.put(id, new RowCodec(layout));
            narrower.put(known, id);
        }
        RowCodec codec = codec(id);
        return new Known(rows().in(codec.layout(), row), codec, id);
    }

    private void indexTombstone(byte[] key, @Nullable RowState was, RowState state) {
        if (was != null && !was.exists()) {
            store.noTombstone(table, was.version());
        }
        if (!state.exists()) {
            store.tombstone(table, state.version(), key);
        }
    }

    private void sent(long version, @Nullable RowState state) {
        for (SiteId site : sites) {
            if (state == null || !state.heldBy(site)) {
                delivery(site).sent(version);
            }
        }
    }

    private Delivery delivery(SiteId site) {
        return deliveries.computeIfAbsent(site, any -> progress.at(site).delivery(table, partition));
    }

    private @Nullable RowState load(Bytes stored) {
        byte[] bytes = store.get(stored);
        return bytes == null ? null : stateOf(bytes);
    }

    private RowState stateOf(byte[] bytes) {
        StateCodec.Stored read = states.read(bytes, this::codec);
        RowCodec written = read.rows();
        RowState state = read.state();
        if (written == null || state.row() == null || rows == null || written.layout() == rows.layout()) {
            return state;
        }
        RowLayout layout = rows.layout();
        return state.with(written.in(layout, state.row()))
                .with(state.contests().as((column, value) -> RowCodec.widened(value, layout.type(column))));
    }

    /** Rows as the store has them, in journeys and letters too. */
    private final class RowsAsBytes implements JourneyCodec.Rows {
        @Override
        public byte[] toBytes(RowState state) {
            var bytes = new AtomicReference<>(new byte[0]);
            written(state, (narrow, codec, schema) -> bytes.set(states.write(narrow, codec, schema)));
            return bytes.get();
        }

        @Override
        public RowState stateOf(byte[] bytes) {
            return TableTask.this.stateOf(bytes);
        }

        @Override
        public ByteBuffer toBytes(Row row) {
            Known known = known(row);
            var buffer = new ByteArrayOutputStream(256);
            buffer.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(known.schema()).array());
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(buffer, null);
            try {
                known.codec().write(known.row(), encoder);
                encoder.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return ByteBuffer.wrap(buffer.toByteArray());
        }

        @Override
        public Row ofBytes(ByteBuffer bytes) {
            RowCodec codec = codec(bytes.getInt(bytes.position()));
            covering(RowLayout.notNull(codec.layout().schema().getField("row").schema()));
            int from = bytes.arrayOffset() + bytes.position() + Integer.BYTES;
            BinaryDecoder in =
                    DecoderFactory.get().binaryDecoder(bytes.array(), from, bytes.remaining() - Integer.BYTES, null);
            try {
                return codec.in(rows().layout(), codec.read(in));
            } catch (IOException e) {
                throw new UnreadableException("a row of " + table + " in a letter does not fit its schema: " + e, e);
            }
        }

        @Override
        public List<String> names() {
            return rows().layout().names();
        }
    }

    private static String text(byte[] key) {
        return RowKey.fromBytes(key).text();
    }

    private RowLayout covering(Schema capturedRow) {
        RowLayout known = covered.get(capturedRow);
        if (known != null) {
            return known;
        }
        RowLayout now = rows == null
                ? RowLayout.of(mesh.mesh(), table, capturedRow)
                : rows.layout().with(capturedRow);
        if (rows == null || now != rows.layout()) {
            use(new RowCodec(now));
            at.writtenWith(0);
            schemaOf(rows());
            covered.clear();
        }
        RowLayout current = rows().layout();
        covered.put(capturedRow, current);
        return current;
    }

    private void use(RowCodec codec) {
        rows = codec;
        narrower.clear();
        columns = Policies.of(policy, codec.layout(), sites);
    }

    private RowCodec rows() {
        return Objects.requireNonNull(rows, "a row before its layout");
    }

    private RowCodec empty() {
        use(new RowCodec(RowLayout.of(mesh.mesh(), table, Schema.createRecord("Row", null, "none", false, List.of()))));
        return rows();
    }

    private int schemaOf(RowCodec codec) {
        if (at.schema() == 0) {
            int id = schemas.idOf(subject(), codec.layout().schema());
            codecs.put(id, codec);
            at.writtenWith(id);
        }
        return at.schema();
    }

    private String subject() {
        return resolved + "-value";
    }

    private RowCodec codec(int id) {
        RowCodec known = codecs.get(id);
        if (known == null) {
            try {
                known = new RowCodec(RowLayout.ofResolved(mesh.mesh(), table, schemas.withId(id)));
            } catch (UnreadableException e) {
                throw new LostSchemaException(table, id, e);
            }
            codecs.put(id, known);
        }
        return known;
    }
}
