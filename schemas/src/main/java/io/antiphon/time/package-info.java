/** Hybrid time. */
@NullMarked
package io.antiphon.time;

import org.jspecify.annotations.NullMarked;
