/** A PostgreSQL site: examining, preparing, asking, comparing and leaving it. */
@NullMarked
package io.antiphon.apply.postgresql.site;

import org.jspecify.annotations.NullMarked;
