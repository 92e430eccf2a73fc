package io.antiphon.site;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often rows of one table were written at a site, told by applications and by us, from the database's own log: a logical slot of the
 * test's, read without consuming it.
 */
public final class WriteCount implements AutoCloseable {
    private static final AtomicLong NUMBER = new AtomicLong();

    /** What was written since the counting began. */
    public record Writes(long local, long ours) {}

    private final Site site;
    private final String table;
    private final String name;

    private WriteCount(Site site, String table, String name) {
        this.site = site;
        this.table = table;
        this.name = name;
    }

    static WriteCount from(Site site, String table) {
        var count = new WriteCount(site, table, "counting_" + NUMBER.incrementAndGet());
        site.writes("CREATE PUBLICATION " + count.name + " FOR TABLE " + table);
        site.strings("SELECT pg_create_logical_replication_slot('" + count.name + "', 'pgoutput')");
        return count;
    }

    /** Reads the log. */
    public Writes writes() {
        try (Connection connection = site.connect();
                Statement statement = connection.createStatement();
                ResultSet message = statement.executeQuery("SELECT data FROM pg_logical_slot_peek_binary_changes('"
                        + name + "', NULL, NULL, 'proto_version', '1', 'publication_names', '" + name + "')")) {
            long local = 0;
            long ours = 0;
            boolean marked = false;
            while (message.next()) {
                ByteBuffer data = ByteBuffer.wrap(message.getBytes(1));
                switch (data.get()) {
                    case 'B' -> marked = false;
                    case 'O' -> marked = origin(data).startsWith("antiphon_");
                    case 'I', 'U', 'D' -> {
                        local += marked ? 0 : 1;
                        ours += marked ? 1 : 0;
                    }
                    default -> {}
                }
            }
            return new Writes(local, ours);
        } catch (SQLException e) {
            throw new IllegalStateException("the log of " + table + " at " + site + " cannot be read", e);
        }
    }

    private static String origin(ByteBuffer data) {
        data.getLong();
        byte[] text = new byte[data.remaining() - 1];
        data.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        site.strings("SELECT pg_drop_replication_slot('" + name + "')");
        site.writes("DROP PUBLICATION " + name);
    }
}
