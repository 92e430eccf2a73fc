/** What is printed: lines that stay, and on a terminal a block that is drawn again and again. */
@NullMarked
package io.antiphon.local.terminal;

import org.jspecify.annotations.NullMarked;
