package io.antiphon.apply.postgresql;

import io.antiphon.apply.Holder;
import java.util.List;

/**
 * A row with a unique value that another needs.
 *
 * @param texts its key as the database writes it
 */
record Held(List<String> texts, Holder holder) {
    Held {
        texts = List.copyOf(texts);
    }
}
