/** Decides, and nothing else: no Kafka, no database, no clock. */
@NullMarked
package io.antiphon.resolve;

import org.jspecify.annotations.NullMarked;
