package io.antiphon.local.command;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Work that goes on until Ctrl-C or SIGTERM, and is given the time to clean up then. */
final class Foreground {
    private static final long CLEANING_SECONDS = 90;

    private Foreground() {}

    /**
     * Runs work in this thread, which is interrupted when we are asked to stop.
     *
     * @return what the work returns; {@link Exit#GOOD} if it was asked to stop
     */
    static int run(Callable<Integer> work) throws Exception {
        var asked = new AtomicBoolean();
        var cleaned = new CountDownLatch(1);
        Thread worker = Thread.currentThread();
        var hook = new Thread(() -> {
            asked.set(true);
            worker.interrupt();
            try {
                cleaned.await(CLEANING_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            // Asked to stop and stopped: that is no failure, whichever signal asked.
            Runtime.getRuntime().halt(Exit.GOOD);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return work.call();
        } catch (Exception e) {
            if (asked.get()) {
                return Exit.GOOD;
            }
            throw e;
        } finally {
            cleaned.countDown();
            if (!asked.get()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    /** Returns when the thread is interrupted. */
    static void untilAsked() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
