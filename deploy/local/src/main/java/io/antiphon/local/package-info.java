/** The {@code antiphon} command. */
@NullMarked
package io.antiphon.local;

import org.jspecify.annotations.NullMarked;
