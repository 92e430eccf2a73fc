/** The one-machine stack: broker, registry, Connect worker and resolver, each a process as in a real deployment. */
@NullMarked
package io.antiphon.local.stack;

import org.jspecify.annotations.NullMarked;
