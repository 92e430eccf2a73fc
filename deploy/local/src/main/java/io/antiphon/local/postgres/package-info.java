/** PostgreSQL servers of our own, for the demo, the benchmark and tests: nothing has to be installed. */
@NullMarked
package io.antiphon.local.postgres;

import org.jspecify.annotations.NullMarked;
