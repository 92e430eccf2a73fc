package io.antiphon.local.bench;

/** The most memory the processes ever had at once. */
final class MemoryWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 2_000;

    private final ProcessTimes processes;
    private final Thread thread = new Thread(this::watch, "memory");
    private volatile long peak;

    private MemoryWatch(ProcessTimes processes) {
        this.processes = processes;
    }

    static MemoryWatch of(ProcessTimes processes) {
        var watch = new MemoryWatch(processes);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    /** Bytes. */
    long peak() {
        return peak;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void watch() {
        try {
            while (true) {
                peak = Math.max(peak, processes.memory());
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }
}
