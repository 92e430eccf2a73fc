package io.antiphon.apply.postgresql.site;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** One site's rows in key order, a portion of them in memory at a time. */
final class RowStream implements AutoCloseable {
    private static final int PORTION = 2000;

    private final Reader reader;
    private final ComparedTable table;
    private final PreparedStatement query;
    private final ResultSet rows;
    private String[] key = {};
    private byte[] digest = {};
    private boolean ended;
    private long count;

    RowStream(Reader reader, ComparedTable table) throws SQLException {
        this.reader = reader;
        this.table = table;
        this.query = reader.connection().prepareStatement(table.rowsSql(reader.utf8()));
        query.setFetchSize(PORTION);
        this.rows = query.executeQuery();
    }

    PostgresSite site() {
        return reader.site();
    }

    /** Goes to the next row; there is none before the first call. */
    void advance() {
        ended = !reader.reading(table.id(), this::next);
    }

    private boolean next() throws SQLException {
        if (!rows.next()) {
            return false;
        }
        var texts = new String[table.key().size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = rows.getString(i + 1);
        }
        key = texts;
        digest = rows.getBytes(texts.length + 1);
        count++;
        return true;
    }

    boolean ended() {
        return ended;
    }

    String[] key() {
        return key;
    }

    byte[] digest() {
        return digest;
    }

    /** How many rows there have been so far. */
    long count() {
        return count;
    }

    @Override
    public void close() {
        reader.reading(table.id(), () -> {
            query.close();
            reader.connection().rollback();
            return true;
        });
    }
}
