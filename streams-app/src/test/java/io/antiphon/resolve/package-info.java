/** Proves the decisions: by examples, by laws, and by simulated meshes driven by a seed. */
@NullMarked
package io.antiphon.resolve;

import org.jspecify.annotations.NullMarked;
