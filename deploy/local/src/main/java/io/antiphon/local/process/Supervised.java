package io.antiphon.local.process;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One child process that is kept running until it is stopped.
 *
 * <p>The first start must succeed, or {@link #awaitGood} says why it did not. After that a process that ends by itself is started
 * again, after pauses that grow while it does not last.
 */
public final class Supervised implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration LASTED = Duration.ofMinutes(1);

    /** A process that a signal ended has this exit code and the signal's number. */
    private static final int SIGNAL = 128;

    private final Launch launch;
    private final Health health;
    private final Duration grace;
    private final Duration unwell;
    private final Consumer<String> events;
    private final LogFile log;
    private final CompletableFuture<Void> firstGood = new CompletableFuture<>();
    private final Object lock = new Object();

    // All below are guarded by the lock.
    private @Nullable Process process;
    private boolean wanted;
    private boolean good;
    private Duration pause = FIRST_PAUSE;
    private Instant startedAt = Instant.EPOCH;
    private long logBefore;

    /**
     * @param grace how long it may take to end when asked to, before it is killed
     * @param events told in one line what happens to the process after its first start
     */
    public Supervised(Launch launch, Health health, Duration grace, Consumer<String> events) {
        this(launch, health, grace, Duration.ZERO, events);
    }

    /** @param unwell how long it may run without doing its work before it is ended and started again; zero for ever */
    public Supervised(Launch launch, Health health, Duration grace, Duration unwell, Consumer<String> events) {
        this.launch = launch;
        this.health = health;
        this.grace = grace;
        this.unwell = unwell;
        this.events = events;
        this.log = new LogFile(launch.log());
    }

    public String name() {
        return launch.name();
    }

    /** Starts the process and returns at once. */
    public void start() {
        synchronized (lock) {
            if (wanted) {
                return;
            }
            wanted = true;
            spawn();
        }
    }

    /** Starts a process that was stopped, and waits until it does its work. */
    public void startAgain(Duration patience) {
        start();
        awaitGood(patience);
    }

    /**
     * Waits until the process does its work.
     *
     * @throws ProcessFailure if it ended, or has not begun to work in that time
     */
    public void awaitGood(Duration patience) {
        if (!Deadline.in(patience).sees(() -> isGood() || firstGood.isCompletedExceptionally(), LOOK)) {
            throw new ProcessFailure(failure("does not answer after " + patience.toSeconds() + " s"));
        }
        if (!isGood() && firstGood.isCompletedExceptionally()) {
            rethrow();
        }
    }

    public boolean isGood() {
        synchronized (lock) {
            return good;
        }
    }

    /** The process id; -1 while it is not running. */
    public long pid() {
        synchronized (lock) {
            return process != null && process.isAlive() ? process.pid() : -1;
        }
    }

    /** Ends the process the hard way, as a crash would. It is started again. */
    public void crash() {
        Process current;
        synchronized (lock) {
            current = process;
            good = false;
        }
        if (current != null) {
            current.destroyForcibly();
            await(current, grace);
        }
    }

    /** Ends the process the hard way and leaves it down until {@link #startAgain}. */
    public void crashAndStayDown() {
        synchronized (lock) {
            wanted = false;
        }
        crash();
        Leftovers.forget(launch.record());
    }

    /** Ends the process in its own way, or the hard way when it takes too long. */
    @Override
    public void close() {
        Process current;
        synchronized (lock) {
            wanted = false;
            good = false;
            current = process;
        }
        if (current != null) {
            Leftovers.end(current.toHandle(), grace);
        }
        Leftovers.forget(launch.record());
    }

    private void spawn() {
        log.roll();
        logBefore = log.size();
        startedAt = Instant.now();
        var builder = new ProcessBuilder(launch.inItsOwnGroup())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
        builder.environment().putAll(launch.environment());
        Process started;
        try {
            started = builder.start();
        } catch (IOException e) {
            throw new ProcessFailure("cannot start " + launch.name() + ": " + e.getMessage());
        }
        process = started;
        Leftovers.note(launch.record(), started.toHandle());
        started.onExit().thenAccept(this::ended);
        var watcher = new Thread(() -> watch(started), "watch-" + launch.name());
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch(Process started) {
        while (started.isAlive()) {
            if (answers()) {
                synchronized (lock) {
                    if (process != started || !wanted) {
                        return;
                    }
                    good = true;
                }
                if (!firstGood.complete(null)) {
                    events.accept(launch.name() + " is back");
                }
                if (!unwell.isZero()) {
                    endWhenUnwell(started);
                }
                return;
            }
            Deadline.pause(LOOK);
        }
    }

    private void endWhenUnwell(Process started) {
        Deadline well = Deadline.in(unwell);
        while (started.isAlive() && !well.passed()) {
            Deadline.pause(LOOK_AGAIN);
            if (answers()) {
                well = Deadline.in(unwell);
            }
        }
        synchronized (lock) {
            if (process != started || !wanted || !started.isAlive()) {
                return;
            }
            good = false;
        }
        events.accept(failure("runs, but has not done its work for " + unwell.toSeconds() + " s") + "; ending it");
        started.destroyForcibly();
    }

    private boolean answers() {
        try {
            return health.good();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception notYet) {
            return false;
        }
    }

    private void ended(Process gone) {
        Duration wait;
        synchronized (lock) {
            if (process != gone || !wanted) {
                return;
            }
            good = false;
            if (!firstGood.isDone()) {
                wanted = false;
                firstGood.completeExceptionally(new ProcessFailure(failure(end(gone) + " while starting")));
                return;
            }
            if (Duration.between(startedAt, Instant.now()).compareTo(LASTED) > 0) {
                pause = FIRST_PAUSE;
            }
            wait = pause;
            pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
        }
        events.accept((gone.exitValue() > SIGNAL ? launch.name() + " " + end(gone) : failure(end(gone)))
                + "; starting it again in "
                + (wait.toMillis() < 1000 ? wait.toMillis() + " ms" : wait.toSeconds() + " s"));
        CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    synchronized (lock) {
                        if (wanted && process == gone) {
                            try {
                                spawn();
                            } catch (ProcessFailure failure) {
                                events.accept(String.valueOf(failure.getMessage()));
                            }
                        }
                    }
                });
    }

    private static String end(Process gone) {
        return gone.exitValue() > SIGNAL
                ? "was ended by signal " + (gone.exitValue() - SIGNAL)
                : "ended with " + gone.exitValue();
    }

    private String failure(String what) {
        String cause = log.cause(logBefore);
        List<String> last = log.lastLines(5, logBefore);
        var text = new StringBuilder(launch.name()).append(' ').append(what);
        if (cause != null) {
            text.append(": ").append(cause.trim());
        } else if (!last.isEmpty()) {
            text.append(": ").append(last.get(last.size() - 1).trim());
        }
        return text.append(" (log: ").append(launch.log()).append(')').toString();
    }

    private void rethrow() {
        try {
            firstGood.get(0, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ProcessFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }

    private static void await(Process process, Duration time) {
        try {
            process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
