package io.antiphon.local.stack;

import java.util.Locale;

/** A process of the stack, in the order they are needed. */
public enum Part {
    BROKER,
    REGISTRY,
    CONNECT,
    RESOLVER;

    /** What its log and the note of its process are called. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
