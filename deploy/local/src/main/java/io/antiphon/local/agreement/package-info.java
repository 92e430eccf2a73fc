/** Whether what was committed has arrived everywhere, and whether all sites hold the same rows. */
@NullMarked
package io.antiphon.local.agreement;

import org.jspecify.annotations.NullMarked;
