package io.antiphon.apply.postgresql;

/**
 * A column that is written.
 *
 * @param type what a value is cast to: the base type of a domain, without length or precision, because a cast would cut to them
 * @param typeOid of that type
 * @param elementOid of an array's elements, 0 if it is none
 * @param modifier length or precision as the catalogue has it, -1 for none
 * @param key place in the primary key, -1 if not in it
 * @param alwaysIdentity whether it is {@code GENERATED ALWAYS AS IDENTITY}, which an update cannot set
 */
record Column(String name, String type, long typeOid, long elementOid, int modifier, int key, boolean alwaysIdentity) {
    boolean isKey() {
        return key >= 0;
    }

    String quoted() {
        return quote(name);
    }

    static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
