package io.antiphon.local.bench;

/** The rows from one id to another, both included. */
record Ids(long first, long last) {
    long count() {
        return last - first + 1;
    }

    /** All but the first so many. */
    Ids without(long some) {
        return new Ids(first + some, last);
    }

    /** These and the ones that follow them. */
    Ids and(Ids next) {
        return new Ids(first, next.last);
    }
}
