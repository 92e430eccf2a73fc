package io.antiphon.local.stack;

import java.util.Locale;

/** A process of the stack, in the order they are needed. */
public enum Part {
    BROKER("the broker"),
    REGISTRY("the registry"),
    CONNECT("Kafka Connect"),
    RESOLVER("the resolver");

    private final String title;

    Part(String title) {
        this.title = title;
    }

    /** What people call it. */
    public String title() {
        return title;
    }

    /** What its log and the note of its process are called. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
