package io.antiphon.mesh;

/** What Antiphon is called inside a site's database. {@code antiphon remove} takes all of it out again. */
public record DatabaseNames(MeshName mesh, SiteId site) {
    /** The schema our own tables are in. */
    public static final String SCHEMA = "antiphon";

    /** Where each sink task notes how far it has applied each resolved topic-partition, and what it answers. */
    public static final TableId POSITION = new TableId(SCHEMA, "position");

    /** Questions put into the log by {@code antiphon wait}, and those that have come out. */
    public static final TableId MARKER = new TableId(SCHEMA, "marker");

    /** One row a mesh, touched so that an idle site's slot advances. */
    public static final TableId HEARTBEAT = new TableId(SCHEMA, "heartbeat");

    /** The logical replication slot capture reads from. */
    public String slot() {
        return "antiphon_" + mesh + "_" + site;
    }

    /** The publication of the tables that are captured. */
    public String publication() {
        return "antiphon_" + mesh;
    }

    /** The beginning of every replication origin of this mesh; a change with such an origin is an echo. */
    public String originPrefix() {
        return "antiphon_" + mesh + "_";
    }

    /** The replication origin of one sink task; one session at a time can hold it. */
    public String origin(int task) {
        return originPrefix() + site + "_" + task;
    }
}
