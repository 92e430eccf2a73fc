package io.antiphon.mesh;

import java.util.regex.Pattern;

/** The names of a mesh's topics, and of what reads them. They are an on-disk format: changing one orphans data. */
public record Topics(MeshName mesh) {
    private static final Pattern NOT_IN_A_TOPIC_NAME = Pattern.compile("[^a-zA-Z0-9._-]");

    /** What a site's log says about one table: Debezium envelopes, answers and markers. */
    public String captured(SiteId site, TableId table) {
        return legal(capturePrefix(site) + "." + table);
    }

    /** Debezium's topic prefix of a site. */
    public String capturePrefix(SiteId site) {
        return mesh + "." + site;
    }

    /** The golden record of one table. */
    public String resolved(TableId table) {
        return legal(mesh + ".resolved." + table);
    }

    /** What was decided between concurrent changes, and why. */
    public String conflicts() {
        return mesh + ".conflicts";
    }

    /** What could not be carried. */
    public String deadLetters() {
        return mesh + ".dead-letters";
    }

    /** What a person decided about parked conflicts. */
    public String decisions() {
        return mesh + ".decisions";
    }

    /** What the key a row has left says to the key it went to. */
    public String letters() {
        return mesh + ".letters";
    }

    /** Kafka's name of the resolver: its Streams application, and the group that reads for it. */
    public String resolver() {
        return "antiphon-" + mesh;
    }

    private static String legal(String name) {
        return NOT_IN_A_TOPIC_NAME.matcher(name).replaceAll("_");
    }
}
