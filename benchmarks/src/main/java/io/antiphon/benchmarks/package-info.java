/** What single steps cost, by JMH. */
@NullMarked
package io.antiphon.benchmarks;

import org.jspecify.annotations.NullMarked;
