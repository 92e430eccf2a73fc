package io.antiphon.apply.postgresql;

/** ISO dates and times as Debezium writes them, turned into what PostgreSQL reads. */
final class Times {
    private Times() {}

    static String withoutZone(String iso) {
        return iso.endsWith("Z") ? iso.substring(0, iso.length() - 1) : iso;
    }

    /** ISO counts the year before 1 as 0; PostgreSQL calls it 1 BC and takes no sign. */
    static String withEra(String iso) {
        if (iso.isEmpty() || iso.equals("-infinity")) {
            return iso;
        }
        char first = iso.charAt(0);
        if (first == '+') {
            return iso.substring(1);
        }
        if (first != '-' && !iso.startsWith("0000-")) {
            return iso;
        }
        int start = first == '-' ? 1 : 0;
        int end = iso.indexOf('-', start);
        String year = Integer.toString(Integer.parseInt(iso.substring(start, end)) + 1);
        return "0".repeat(Math.max(0, 4 - year.length())) + year + iso.substring(end) + " BC";
    }
}
