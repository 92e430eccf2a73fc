package io.antiphon.config;

/**
 * The ports that are listened on; 0 is any free one.
 *
 * @param listen the address they are opened on
 */
public record Ports(int http, int connect, int kafka, int registry, String listen) {
    /** The address that only this machine reaches. */
    public static final String LOOPBACK = "127.0.0.1";

    public Ports {
        check("http", http);
        check("connect", connect);
        check("kafka", kafka);
        check("registry", registry);
        if (listen.isBlank()) {
            throw new IllegalArgumentException("the address to listen on is empty");
        }
    }

    /** The usual ports, on loopback. */
    public static Ports usual() {
        return new Ports(8080, 8083, 9092, 8081, LOOPBACK);
    }

    /** Any free ports, on loopback. */
    public static Ports anyFree() {
        return new Ports(0, 0, 0, 0, LOOPBACK);
    }

    private static void check(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port '" + name + "' is " + port + ": use 0 (any free one) to 65535");
        }
    }
}
