/** What people do with several databases at once, as sentences. */
@NullMarked
package io.antiphon.scenario;

import org.jspecify.annotations.NullMarked;
