package io.antiphon.topology;

import io.antiphon.mesh.SiteId;
import io.antiphon.resolve.Partition;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far one table has got in one task: the last version given, and of each site what was read and what it answered. */
final class TableProgress implements Partition {
    private long lastVersion;
    private int schema;
    private final Map<SiteId, OfSite> sites = new LinkedHashMap<>();

    /** One site's part. */
    static final class OfSite {
        private LogPosition read = LogPosition.START;
        private long nextOffset = -1;
        private long answered;

        LogPosition read() {
            return read;
        }

        /** The offset that follows the last record read, -1 before the first. */
        long nextOffset() {
            return nextOffset;
        }

        long answered() {
            return answered;
        }
    }

    TableProgress(List<SiteId> mesh) {
        mesh.forEach(site -> sites.put(site, new OfSite()));
    }

    @Override
    public long lastVersion() {
        return lastVersion;
    }

    @Override
    public long answered(SiteId site) {
        return at(site).answered;
    }

    OfSite at(SiteId site) {
        OfSite found = sites.get(site);
        if (found == null) {
            throw new IllegalStateException("the mesh has no site " + site);
        }
        return found;
    }

    /** Id of the schema the table's rows are written with, 0 before the first. */
    int schema() {
        return schema;
    }

    void writtenWith(int id) {
        schema = id;
    }

    void gave(long version) {
        lastVersion = version;
    }

    void read(SiteId site, LogPosition position, long offset) {
        OfSite of = at(site);
        of.nextOffset = offset + 1;
        if (position.compareTo(of.read) > 0) {
            of.read = position;
        }
    }

    /** The site's log began again. */
    void readAnew(SiteId site) {
        at(site).read = LogPosition.START;
    }

    void answered(SiteId site, long version) {
        OfSite of = at(site);
        of.answered = Math.max(of.answered, version);
    }

    /** The newest version that every site's answer has passed. */
    long stable() {
        long stable = Long.MAX_VALUE;
        for (OfSite site : sites.values()) {
            stable = Math.min(stable, site.answered);
        }
        return stable;
    }

    byte[] toBytes(Numbering numbers) {
        ByteBuffer out = ByteBuffer.allocate(14 + sites.size() * 33);
        out.putLong(lastVersion).putInt(schema).put((byte) sites.size());
        sites.forEach((site, of) -> out.put((byte) numbers.of(site.text()))
                .putLong(of.read.previousCommit())
                .putLong(of.read.position())
                .putLong(of.nextOffset)
                .putLong(of.answered));
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    static TableProgress read(byte[] bytes, Numbering numbers, List<SiteId> mesh) {
        var progress = new TableProgress(mesh);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        progress.lastVersion = in.getLong();
        progress.schema = in.getInt();
        int count = in.get();
        for (int i = 0; i < count; i++) {
            var site = new SiteId(numbers.name(in.get()));
            var of = new OfSite();
            of.read = new LogPosition(in.getLong(), in.getLong());
            of.nextOffset = in.getLong();
            of.answered = in.getLong();
            progress.sites.computeIfPresent(site, (any, fresh) -> of);
        }
        return progress;
    }
}
