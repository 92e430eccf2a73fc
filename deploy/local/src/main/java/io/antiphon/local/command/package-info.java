/** What a user types: {@code antiphon up}, {@code demo}, {@code doctor}, {@code status}, {@code verify}, {@code wait}, {@code remove}. */
@NullMarked
package io.antiphon.local.command;

import org.jspecify.annotations.NullMarked;
