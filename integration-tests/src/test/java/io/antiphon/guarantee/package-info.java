/** The promises of {@code docs/guarantees.md}, each as something that is checked after sites have written. */
@NullMarked
package io.antiphon.guarantee;

import org.jspecify.annotations.NullMarked;
