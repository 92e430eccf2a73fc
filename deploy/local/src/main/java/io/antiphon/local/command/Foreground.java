package io.antiphon.local.command;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Work that goes on until Ctrl-C or SIGTERM, and is given the time to clean up then. */
final class Foreground {
    private static final long CLEANING_SECONDS = 90;

    private Foreground() {}

    /** The same, for work that may as well be asked to stop. */
    static int run(Callable<Integer> work) throws Exception {
        return run(Exit.GOOD, work);
    }

    /**
     * Runs work in this thread, which is interrupted when we are asked to stop.
     *
     * @param whenAsked the exit code if it was asked to stop
     * @return what the work returns, if it was not
     */
    static int run(int whenAsked, Callable<Integer> work) throws Exception {
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
            Runtime.getRuntime().halt(whenAsked);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return work.call();
        } catch (Exception e) {
            if (asked.get()) {
                return whenAsked;
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
