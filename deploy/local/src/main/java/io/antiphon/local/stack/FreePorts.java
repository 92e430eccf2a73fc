package io.antiphon.local.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports that nobody listens on, each given once.
 *
 * <p>From below the range the system takes outgoing connections' ports from, so that none of those takes one before its process
 * listens.
 */
public final class FreePorts {
    private static final int FROM = 15_000;
    private static final int TO = 32_000;

    private final Random random = new Random();
    private final Set<Integer> given = new HashSet<>();
    private final String address;

    public FreePorts(String address) {
        this.address = address;
    }

    /** Any free one. */
    public int any() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = FROM + random.nextInt(TO - FROM);
            if (!given.contains(port) && free(port)) {
                given.add(port);
                return port;
            }
        }
        throw new StackException("no free port from " + FROM + " to " + TO + " on " + address);
    }

    /**
     * The configured one, or any free one where it is 0.
     *
     * @param key in the configuration, for the message
     * @throws StackException if somebody listens there
     */
    public int of(String key, int configured) {
        if (configured == 0) {
            return any();
        }
        if (!given.add(configured)) {
            throw new StackException("port " + configured + " is configured twice, once as ports." + key
                    + ": choose different ones, or 0 for any free one");
        }
        if (!free(configured)) {
            throw new StackException("port " + configured + " (ports." + key + ") is in use on " + address
                    + ": stop what listens there, or set ports." + key + " in the configuration, 0 for any free one");
        }
        return configured;
    }

    private boolean free(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
