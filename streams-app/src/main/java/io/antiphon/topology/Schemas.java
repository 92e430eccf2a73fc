package io.antiphon.topology;

import org.apache.avro.Schema;

/** The schema registry, as far as the topology needs it. */
public interface Schemas {
    /**
     * The schema with this id.
     *
     * @throws UnreadableException if the registry knows none
     */
    Schema withId(int id);

    /** The id of this schema under this subject, registered if it was not. */
    int idOf(String subject, Schema schema);
}
