/** Row keys in their one canonical form. */
@NullMarked
package io.antiphon.key;

import org.jspecify.annotations.NullMarked;
