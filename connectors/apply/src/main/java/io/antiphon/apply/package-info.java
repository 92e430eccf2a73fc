/** Apply: the sink connector that writes resolved rows where they are needed and safe, whatever the store. */
@NullMarked
package io.antiphon.apply;

import org.jspecify.annotations.NullMarked;
