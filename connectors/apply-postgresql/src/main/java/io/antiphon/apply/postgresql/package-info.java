/** Applying to PostgreSQL: guarded upserts and deletes, mark and position in one transaction. */
@NullMarked
package io.antiphon.apply.postgresql;

import org.jspecify.annotations.NullMarked;
