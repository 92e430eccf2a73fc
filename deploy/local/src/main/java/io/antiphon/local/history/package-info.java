/** The history of single rows, put together from the topics. */
@NullMarked
package io.antiphon.local.history;

import org.jspecify.annotations.NullMarked;
