package io.antiphon.site;

/** A database server with one database that is fit to be a site. */
public interface Database extends AutoCloseable {
    /** As JDBC takes it. */
    String url();

    String user();

    String password();

    /** Ends the server as {@code kill -9} does; it starts again, with what was committed. Returns when it has ended. */
    void crash();

    /** Stops the server and leaves it down until {@link #starts}. */
    void stops();

    /** Starts it again; returns when it can be connected to. */
    void starts();

    @Override
    void close();
}
