package io.antiphon.site;

import io.antiphon.contract.Conflict;
import io.antiphon.contract.DeadLetter;
import io.antiphon.mesh.TableId;
import java.util.Arrays;
import java.util.List;

/** The shared mesh as one class of scenarios sees it: its own tables. */
public record Shared(Mesh mesh, String schema) {
    public TableId table(String name) {
        return new TableId(schema, name);
    }

    /** Returns when everything committed before the call has been applied everywhere, and all that followed from it. */
    public void settles(String... tables) {
        mesh.settles(Arrays.stream(tables).map(this::table).toList());
    }

    /** What is written while neither site hears of the other is concurrent. */
    public void whileNeitherHears(Runnable writing) {
        mesh.sites().forEach(Site::hearsNothing);
        try {
            writing.run();
        } finally {
            mesh.sites().forEach(Site::hearsAgain);
        }
    }

    /** Why a table is held, empty where it is not. */
    public String held(String table) {
        return mesh.held(table(table));
    }

    /** The conflicts about one row, whose key is {@code [id]}. */
    public List<Conflict> conflicts(String table, Object id) {
        String key = id instanceof String ? "[\"" + id + "\"]" : "[" + id + "]";
        return mesh.conflicts(table(table)).stream()
                .filter(conflict -> conflict.getKey().toString().equals(key))
                .toList();
    }

    public List<DeadLetter> deadLetters(String table) {
        return mesh.deadLetters(table(table));
    }
}
