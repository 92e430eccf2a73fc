package io.antiphon.local.process;

import java.time.Duration;
import java.util.function.Consumer;

/** A round that is made again and again in a thread of its own until it is closed; one that fails is told, and the next is made. */
public final class Rounds implements AutoCloseable {
    /** What is looked after. */
    @FunctionalInterface
    public interface Round {
        void make();

        /** After the last one, in the same thread. */
        default void end() {}
    }

    private final Thread thread;

    private Rounds(Thread thread) {
        this.thread = thread;
    }

    /** @param events told in one line when a round fails */
    public static Rounds every(Duration pause, String name, Round round, Consumer<String> events) {
        var thread = new Thread(() -> go(pause, name, round, events), name);
        thread.setDaemon(true);
        thread.start();
        return new Rounds(thread);
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private static void go(Duration pause, String name, Round round, Consumer<String> events) {
        try {
            while (true) {
                Thread.sleep(pause.toMillis());
                try {
                    round.make();
                } catch (RuntimeException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    events.accept(name + " goes on after: " + e);
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } finally {
            round.end();
        }
    }
}
