/** The conflict log as people read it, and what they decide. */
@NullMarked
package io.antiphon.local.conflict;

import org.jspecify.annotations.NullMarked;
