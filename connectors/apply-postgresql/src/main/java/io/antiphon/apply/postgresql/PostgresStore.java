package io.antiphon.apply.postgresql;

import io.antiphon.apply.Session;
import io.antiphon.apply.Store;
import io.antiphon.apply.Target;

/** PostgreSQL as a store of outcomes. */
public final class PostgresStore implements Store {
    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public Session connect(Target target) {
        return PostgresSession.open(target);
    }
}
