package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a configuration asks of a column it names.
 *
 * @param problem what is wrong with a type, as in {@code pg_type.typname} and under all domains; empty for nothing
 */
public record ColumnDemand(TableId table, String column, Function<String, Optional<String>> problem) {}
