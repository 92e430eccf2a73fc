package io.antiphon.apply.postgresql.site;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a transaction pooler does to sessions, and nothing else: between two transactions a client's server process may be given to another
 * client. It shares the servers of one user and database.
 */
final class TransactionPooler implements AutoCloseable {
    private final ServerSocket door;
    private final int port;
    private final Deque<Upstream> idle = new ArrayDeque<>();

    TransactionPooler(int port) throws IOException {
        this.port = port;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(() -> {
            while (!door.isClosed()) {
                Socket client = door.accept();
                start(() -> serve(client));
            }
        });
    }

    int port() {
        return door.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }

    private record Upstream(Socket socket, DataInputStream in, DataOutputStream out) {}

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // Somebody hung up, which is how every conversation here ends.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        var in = new DataInputStream(client.getInputStream());
        var out = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
        byte[] startup = startup(in, out);
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        var fresh = new Upstream(
                socket,
                new DataInputStream(socket.getInputStream()),
                new DataOutputStream(new BufferedOutputStream(socket.getOutputStream())));
        fresh.out().writeInt(startup.length + 4);
        fresh.out().write(startup);
        fresh.out().flush();
        answer(fresh, out);
        boolean inTransaction = false;
        Upstream upstream = null;
        while (true) {
            int type = in.read();
            if (type < 0 || type == 'X') {
                return;
            }
            byte[] body = body(in);
            if (upstream == null) {
                upstream = take();
            }
            write(upstream.out(), type, body);
            if (type == 'Q' || type == 'S') {
                inTransaction = answer(upstream, out) != 'I';
                upstream = inTransaction ? upstream : null;
            }
        }
    }

    private static byte[] startup(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte[] body = body(in);
            boolean encryptionAsked = body.length == 4;
            if (!encryptionAsked) {
                return body;
            }
            out.write('N');
            out.flush();
        }
    }

    /** Passes on what the server says up to its being ready, which frees it where no transaction is open, and tells that. */
    private int answer(Upstream upstream, DataOutputStream out) throws IOException {
        while (true) {
            int type = upstream.in().readUnsignedByte();
            byte[] body = body(upstream.in());
            // before the client hears of it: its next word may ask for a server at once
            if (type == 'Z' && body[0] == 'I') {
                putBack(upstream);
            }
            write(out, type, body);
            if (type == 'Z') {
                return body[0];
            }
        }
    }

    private static byte[] body(DataInputStream in) throws IOException {
        var body = new byte[in.readInt() - 4];
        in.readFully(body);
        return body;
    }

    private static void write(DataOutputStream out, int type, byte[] body) throws IOException {
        out.write(type);
        out.writeInt(body.length + 4);
        out.write(body);
        out.flush();
    }

    private synchronized Upstream take() {
        if (idle.isEmpty()) {
            throw new UncheckedIOException(new IOException("every server is in a transaction"));
        }
        return idle.pop();
    }

    private synchronized void putBack(Upstream upstream) {
        idle.push(upstream);
    }
}
