package io.antiphon.apply.postgresql.site;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** One reader a site, in the order of the sites. */
record Readers(List<Reader> all) implements AutoCloseable {
    static Readers open(List<PostgresSite> sites) {
        var readers = new Readers(new ArrayList<>());
        try {
            for (PostgresSite site : sites) {
                readers.all.add(Reader.of(site));
            }
            return readers;
        } catch (RuntimeException e) {
            readers.close();
            throw e;
        }
    }

    @Override
    public void close() {
        for (Reader reader : all) {
            try {
                reader.connection().close();
            } catch (SQLException e) {
                // What was read is read; a connection that cannot be closed properly is gone.
                continue;
            }
        }
    }
}
