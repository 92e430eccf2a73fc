package io.antiphon.fault;

import io.antiphon.site.Mesh;

/** Something that goes wrong. */
@FunctionalInterface
public interface Fault {
    /** Lets it go wrong, and returns when everything runs again. */
    void strikes(Mesh mesh);
}
