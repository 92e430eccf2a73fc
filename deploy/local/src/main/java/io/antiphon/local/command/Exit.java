package io.antiphon.local.command;

/** What a command's exit code says. */
final class Exit {
    static final int GOOD = 0;
    static final int BAD = 1;
    static final int UNUSABLE = 2;

    private Exit() {}
}
