package io.antiphon.apply.postgresql;

/** ISO dates and times as Debezium writes them, turned into what PostgreSQL reads. */
final class Times {
    // infinity as Debezium's isostring mode writes it: the driver's own stand-ins for it
    private static final String DATE_INFINITY = "-5877611-06-21";
    private static final String DATE_MINUS_INFINITY = "-5877611-06-22";
    private static final String TIMESTAMP_INFINITY = "+294247-01-10T04:00:25.2";
    private static final String TIMESTAMP_MINUS_INFINITY = "-290308-12-21T19:59:27.6";

    private Times() {}

    static String date(String iso) {
        String date = withoutZone(iso);
        return switch (date) {
            case DATE_INFINITY -> "infinity";
            case DATE_MINUS_INFINITY -> "-infinity";
            default -> era(date);
        };
    }

    static String timestamp(String iso) {
        String timestamp = withoutZone(iso);
        return switch (timestamp) {
            case TIMESTAMP_INFINITY -> "infinity";
            case TIMESTAMP_MINUS_INFINITY -> "-infinity";
            default -> era(timestamp);
        };
    }

    static String zonedTimestamp(String iso) {
        return era(iso);
    }

    static String withoutZone(String iso) {
        return iso.endsWith("Z") ? iso.substring(0, iso.length() - 1) : iso;
    }

    /** ISO counts the year before 1 as 0; PostgreSQL calls it 1 BC and takes no sign. */
    private static String era(String iso) {
        if (iso.isEmpty() || iso.equals("infinity") || iso.equals("-infinity")) {
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
        int before = Integer.parseInt(iso.substring(start, end)) + 1;
        String year = Integer.toString(before);
        return "0".repeat(Math.max(0, 4 - year.length())) + year + iso.substring(end) + " BC";
    }
}
