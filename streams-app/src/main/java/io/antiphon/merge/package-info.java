/** How values that concurrent changes wrote become one, as far as users name it or bring it along: {@link io.antiphon.merge.Merge}. */
@NullMarked
package io.antiphon.merge;

import org.jspecify.annotations.NullMarked;
