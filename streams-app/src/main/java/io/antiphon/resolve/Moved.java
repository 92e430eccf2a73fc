package io.antiphon.resolve;

import java.util.List;

/**
 * What follows at one key from something heard or read.
 *
 * @param outcomes what becomes of its row, in order; each has a version of its own
 * @param journey what is to be remembered beside it from now on
 * @param letters what is to be said to other keys, in order
 */
public record Moved(List<Outcome> outcomes, Journey journey, List<Letter> letters) {}
