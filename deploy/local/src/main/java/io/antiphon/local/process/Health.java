package io.antiphon.local.process;

/** Whether a process does its work yet. Asked again and again; may throw where the process cannot be reached. */
@FunctionalInterface
public interface Health {
    boolean good() throws Exception;
}
