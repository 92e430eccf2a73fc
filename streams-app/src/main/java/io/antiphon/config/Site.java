package io.antiphon.config;

import io.antiphon.mesh.SiteId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A database that is written by applications and kept in agreement, and how to reach it.
 *
 * @param url as in {@code jdbc:postgresql://host:5432/database}, parameters allowed; holds neither user nor password
 * @param password empty where the database asks for none
 * @throws IllegalArgumentException in one line that holds no secret, if it is not such a site
 */
public record Site(SiteId id, String url, String user, Secret password) {
    private static final Pattern FORM = Pattern.compile(
            "jdbc:postgresql://(?<host>[^/:@?,\\[\\]\\s]+|\\[[0-9a-fA-F:.]+])(:(?<port>\\d{1,5}))?/(?<database>[^/?\\s]+)(\\?(?<rest>\\S*))?");
    private static final Pattern SECRET_PARAMETER = Pattern.compile("(^|&)(user|password)=", Pattern.CASE_INSENSITIVE);
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    public Site {
        if (id.equals(SiteId.PEOPLE)) {
            throw new IllegalArgumentException(
                    "'" + id + "' cannot name a site: it stands for the people who decide parked conflicts");
        }
        Matcher form = form(id, url);
        String rest = form.group("rest");
        if (rest != null && SECRET_PARAMETER.matcher(rest).find()) {
            throw new IllegalArgumentException(
                    "the url of site " + id
                            + " holds a user or password: write them under 'user' and 'password', so that they are not printed");
        }
        if (user.isBlank()) {
            throw new IllegalArgumentException("the user of site " + id + " is empty: write the one to connect as");
        }
    }

    /** The machine the database is on. */
    public String host() {
        return form(id, url).group("host");
    }

    /** The port it listens on. */
    public int port() {
        String port = form(id, url).group("port");
        return port == null ? 5432 : Integer.parseInt(port);
    }

    /** Its name there. */
    public String database() {
        return URLDecoder.decode(form(id, url).group("database"), StandardCharsets.UTF_8);
    }

    /** Refuses to be in one mesh with a site of the same name or the same database. */
    void besides(List<Site> others) {
        for (Site other : others) {
            if (other.id.equals(id)) {
                throw new IllegalArgumentException("two sites are named '" + id + "': rename one");
            }
            if (other.place().equals(place())) {
                throw new IllegalArgumentException("sites " + other.id + " and " + id + " are the same database, "
                        + place() + ": give each its own");
            }
        }
    }

    private String place() {
        String host = host().toLowerCase(Locale.ROOT);
        return (THIS_MACHINE.contains(host) ? "localhost" : host) + ":" + port() + "/" + database();
    }

    private static Matcher form(SiteId id, String url) {
        Matcher form = FORM.matcher(url);
        if (!form.matches()) {
            throw new IllegalArgumentException("the url of site " + id
                    + " is not one of a PostgreSQL database: write jdbc:postgresql://host:5432/database");
        }
        return form;
    }
}
