package io.antiphon.apply;

/**
 * A kind of database outcomes can be applied to, found by {@link java.util.ServiceLoader}.
 *
 * <p>A store writes, guards and keeps positions; what to write, when to try again and what to park is decided before it.
 */
public interface Store {
    /** What {@code antiphon.store} calls it. */
    String name();

    /**
     * Connects one sink task.
     *
     * @throws TroubleException if the database cannot be reached or another session still holds what this task needs
     * @throws org.apache.kafka.connect.errors.ConnectException if waiting will not help, with the mend
     */
    Session connect(Target target);
}
