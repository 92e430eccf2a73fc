/** Capture: the canonical row key, our own rows on their way out of a site's log, and the configuration of Debezium. */
@NullMarked
package io.antiphon.capture;

import org.jspecify.annotations.NullMarked;
