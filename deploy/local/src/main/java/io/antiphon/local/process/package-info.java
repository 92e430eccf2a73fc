/** Child processes that are watched, started again when they end by themselves, and never left behind. */
@NullMarked
package io.antiphon.local.process;

import org.jspecify.annotations.NullMarked;
