package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.TableId;
import java.sql.Connection;
import java.util.Map;
import java.util.Optional;

/** A site that could be examined by itself: its tables that are there, and the transaction to ask it more in. */
record Examined(PostgresSite site, Connection connection, Findings findings, Map<TableId, Shape> shapes) {
    String name() {
        return site.id().text();
    }

    Optional<Shape> shape(TableId table) {
        return Optional.ofNullable(shapes.get(table));
    }
}
