/** Tests of what users bring along. */
@NullMarked
package io.antiphon.merge;

import org.jspecify.annotations.NullMarked;
