/** The resolver as a process. */
@NullMarked
package io.antiphon;

import org.jspecify.annotations.NullMarked;
