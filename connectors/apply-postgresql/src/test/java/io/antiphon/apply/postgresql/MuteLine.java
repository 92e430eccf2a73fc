package io.antiphon.apply.postgresql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between a sink and its database, which can go mute: what is said over the connections there are is swallowed, and neither end is
 * told. When the sink hangs up the database hears of it, as it does when its own keepalives find nobody. Whoever connects later is heard.
 */
final class MuteLine implements AutoCloseable {
    private final ServerSocket entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Carried> carried = ConcurrentHashMap.newKeySet();
    private final int port;

    /** @param port the database's, on this machine */
    MuteLine(int port) throws IOException {
        this.port = port;
        runs(() -> {
            while (true) {
                connects(entrance.accept());
            }
        });
    }

    int port() {
        return entrance.getLocalPort();
    }

    void goesMute() {
        carried.forEach(one -> one.mute = true);
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        for (Carried one : carried) {
            one.close();
        }
    }

    private void connects(Socket sink) throws IOException {
        var one = new Carried(sink, new Socket(InetAddress.getLoopbackAddress(), port));
        carried.add(one);
        runs(() -> one.carries(one.sink, one.database));
        runs(() -> one.carries(one.database, one.sink));
    }

    private static final class Carried {
        private final Socket sink;
        private final Socket database;
        private volatile boolean mute;

        Carried(Socket sink, Socket database) {
            this.sink = sink;
            this.database = database;
        }

        void carries(Socket from, Socket to) throws IOException {
            byte[] bytes = new byte[1 << 16];
            try (from;
                    to) {
                int read = from.getInputStream().read(bytes);
                while (read >= 0) {
                    if (!mute) {
                        to.getOutputStream().write(bytes, 0, read);
                    }
                    read = from.getInputStream().read(bytes);
                }
            }
        }

        void close() throws IOException {
            sink.close();
            database.close();
        }
    }

    private interface Carrying {
        void run() throws IOException;
    }

    private static void runs(Carrying carrying) {
        var thread = new Thread(() -> {
            try {
                carrying.run();
            } catch (IOException e) {
                // Somebody hung up, which is how every conversation here ends.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
