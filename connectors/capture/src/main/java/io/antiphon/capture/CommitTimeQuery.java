package io.antiphon.capture;

import io.debezium.bean.StandardBeanNames;
import io.debezium.bean.spi.BeanRegistry;
import io.debezium.bean.spi.BeanRegistryAware;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.snapshot.spi.SnapshotQuery;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot's query, which reads with each row when it was committed.
 *
 * <p>Debezium takes no column that the table does not have, but takes one of them twice, and the later value of both. So the commit time is
 * read first under the name of a column that follows, as a {@link RowCommitTime}, which keeps what it was made of for {@link
 * CommitTimeSource}.
 */
public final class CommitTimeQuery implements SnapshotQuery, BeanRegistryAware {
    static final String NAME = "antiphon";

    /** What Debezium does not read as an object. */
    private static final Set<String> READ_OTHERWISE =
            Set.of("money", "bit", "numeric", "time", "timetz", "timestamp", "timestamptz");

    private static final String COMMIT_TIME = "('1:' || coalesce((extract(epoch FROM"
            + " pg_catalog.pg_xact_commit_timestamp(xmin)) * 1000000)::bigint, 0) + 1 || ':')::pg_catalog."
            + RowCommitTime.TYPE;

    private @Nullable BeanRegistry beans;

    /** Made by Debezium. */
    public CommitTimeQuery() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void configure(Map<String, ?> properties) {
        // There is nothing to choose.
    }

    @Override
    public void injectBeanRegistry(BeanRegistry registry) {
        beans = registry;
    }

    @Override
    public Optional<String> snapshotQuery(String table, List<String> columns) {
        if (columns.isEmpty() || beans == null) {
            return Optional.empty();
        }
        Table known = beans.lookupByName(StandardBeanNames.DATABASE_SCHEMA, PostgresSchema.class)
                .tableFor(TableId.parse(table));
        return Optional.of(query(table, columns, known == null ? null : carrier(known, columns)));
    }

    static String query(String table, List<String> columns, @Nullable String carrier) {
        return "SELECT " + (carrier == null ? "" : COMMIT_TIME + " AS " + carrier + ", ") + String.join(", ", columns)
                + " FROM " + table;
    }

    /** Every table of this world has such a column, if only its key; of one that has none the commit times stay unknown. */
    private static @Nullable String carrier(Table table, List<String> columns) {
        for (Column column : table.columns()) {
            String quoted = '"' + column.name().replace("\"", "\"\"") + '"';
            boolean asObject = column.jdbcType() != Types.ARRAY
                    && !column.typeName().startsWith("_")
                    && !READ_OTHERWISE.contains(column.typeName());
            if (asObject && columns.contains(quoted)) {
                return quoted;
            }
        }
        return null;
    }
}
