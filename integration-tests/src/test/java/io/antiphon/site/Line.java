package io.antiphon.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network between a database and everybody who connects through it, which can be cut: then nothing gets in or out, and nobody is told. */
public final class Line implements AutoCloseable {
    private final InetSocketAddress database;
    private final String url;
    private final int port;
    private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
    private final Object state = new Object();
    private ServerSocket entrance;
    private boolean cut;

    private Line(InetSocketAddress database, String url, ServerSocket entrance) {
        this.database = database;
        this.url = url;
        this.entrance = entrance;
        this.port = entrance.getLocalPort();
    }

    /** A line to this database. */
    public static Line to(Database database) {
        try {
            URI at = URI.create(database.url().substring("jdbc:".length()));
            ServerSocket entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            String here = "127.0.0.1:" + entrance.getLocalPort();
            var line = new Line(
                    new InetSocketAddress(at.getHost(), at.getPort()),
                    database.url().replace(at.getHost() + ":" + at.getPort(), here),
                    entrance);
            line.opens(entrance);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As JDBC takes it, through the line. */
    public String url() {
        return url;
    }

    /** What is connected hears nothing more, and nobody else gets in, until {@link #mends}. */
    public void cuts() {
        synchronized (state) {
            cut = true;
        }
        close(entrance);
    }

    /** Lets everybody in again; what was connected before is not any more. */
    public void mends() {
        ends.forEach(Line::close);
        ends.clear();
        synchronized (state) {
            cut = false;
            state.notifyAll();
        }
        try {
            entrance = new ServerSocket();
            entrance.setReuseAddress(true);
            entrance.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            opens(entrance);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        close(entrance);
        ends.forEach(Line::close);
    }

    private void opens(ServerSocket here) {
        runs(() -> {
            while (true) {
                Socket one = here.accept();
                runs(() -> connects(one));
            }
        });
    }

    private void connects(Socket one) throws IOException {
        ends.add(one);
        Socket other = new Socket();
        ends.add(other);
        try {
            other.connect(database);
        } catch (IOException refused) {
            one.close();
            throw refused;
        }
        runs(() -> carries(other, one));
        carries(one, other);
    }

    private void carries(Socket from, Socket to) throws IOException {
        byte[] bytes = new byte[1 << 16];
        try (from;
                to) {
            int read = from.getInputStream().read(bytes);
            while (read >= 0) {
                waitsWhileCut();
                to.getOutputStream().write(bytes, 0, read);
                read = from.getInputStream().read(bytes);
            }
        } finally {
            ends.remove(from);
            ends.remove(to);
        }
    }

    private void waitsWhileCut() throws IOException {
        synchronized (state) {
            while (cut) {
                try {
                    state.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            }
        }
    }

    /** Something that ends when a socket of it is closed. */
    private interface Carrying {
        void run() throws IOException;
    }

    private static void runs(Carrying carrying) {
        var thread = new Thread(
                () -> {
                    try {
                        carrying.run();
                    } catch (IOException closed) {
                        return;
                    }
                },
                "line");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
