package io.antiphon.local.bench;

/** Whom the benchmark tells what it is doing. */
public interface Telling {
    /** A step, in one line. */
    void step(String line);

    /** How far the present step is. */
    void progress(String what, long done, long of);
}
