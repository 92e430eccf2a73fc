package io.antiphon.local.history;

import java.util.Map;

/**
 * Something that happened to a row, as the topics tell it.
 *
 * @param at when it was captured or decided, milliseconds
 * @param step what comes first of what happened in one millisecond
 * @param who the site, or the resolver
 * @param what in one word
 * @param says in one line
 * @param more what a program reads
 */
public record Event(long at, int step, String who, String what, String says, Map<String, Object> more) {
    public Event {
        more = Map.copyOf(more);
    }
}
