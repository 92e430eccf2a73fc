/** What goes wrong in production, as something that is done to a mesh. */
@NullMarked
package io.antiphon.fault;

import org.jspecify.annotations.NullMarked;
