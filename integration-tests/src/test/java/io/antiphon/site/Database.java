package io.antiphon.site;

/** A database server with one database that is fit to be a site. */
public interface Database extends AutoCloseable {
    /** As JDBC takes it. */
    String url();

    String user();

    String password();

    /** Ends the server as {@code kill -9} does; it starts again, with what was committed. Returns when it has ended. */
    void crash();

    @Override
    void close();
}
