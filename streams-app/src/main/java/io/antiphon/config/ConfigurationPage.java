package io.antiphon.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code docs/configuration.md}, made from the definition of the {@linkplain Key keys}. */
final class ConfigurationPage {
    /** Writes the page anew, from the project's folder. */
    static final String COMMAND =
            "java -cp streams-app/target/classes io.antiphon.config.ConfigurationPage docs/configuration.md";

    /** A file that uses most keys; it is part of the page, and a test reads it. */
    static final String EXAMPLE = """
            mesh: shop
            sites:
              berlin: { url: "jdbc:postgresql://db.berlin:5432/shop", user: antiphon, password: "${env:BERLIN_PASSWORD}" }
              tokyo:  { url: "jdbc:postgresql://db.tokyo:5432/shop",  user: antiphon, password: "${env:TOKYO_PASSWORD}" }
            tables:
              public.customer: {}                            # column by column, the last writer wins
              public.address:
                columns: { together: [street, city, zip] }   # these three move as one
              public.invoice:
                granularity: row                             # one site's row wins as a whole
              public.account:
                deletes: update-wins                         # what is still used stays
                columns:
                  balance: { merge: add-deltas, at-least: 0 }        # a counter: both sites' deposits count
                  limits: { merge: json-merge }                      # key by key
                  tags: { merge: union }
                  branch: { merge: site-priority, priority: [tokyo, berlin] }
            kafka: { embedded: true }                        # or bootstrap.servers, registry and connect of your cluster
            ports: { http: 8080, connect: 8083, kafka: 9092, registry: 8081 }
            retention: { captured: 7d, conflicts: forever }
            max.clock.skew: 10s
            """;

    private final StringBuilder page = new StringBuilder();

    private ConfigurationPage() {}

    /** Writes the page to the file that is named. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), text());
    }

    static String text() {
        var page = new ConfigurationPage();
        page.introduction();
        for (Key.Section section : Key.Section.values()) {
            page.section(section);
        }
        page.later();
        return page.page.toString();
    }

    private void introduction() {
        page.append("""
                # Configuration

                <!-- Made from the definition of the keys; do not edit. To write it anew, after mvn -pl streams-app -am compile:
                     %s -->

                Everything is said in one file, `antiphon.yaml`:

                ```yaml
                %s```

                * `${env:NAME}` in any value stands for the environment variable `NAME`; one that is not set is refused.
                * An unknown key, or one that is there twice, is refused before anything is started or changed.
                * A duration is a whole number and a unit: `500ms`, `10s`, `5m`, `12h`, `7d`.
                * Names of meshes and sites are lower-case letters, digits and `_`, starting with a letter; at most 30 characters for a mesh and 20
                  for a site, which is not named `resolved`.
                """.formatted(COMMAND, EXAMPLE));
    }

    private void section(Key.Section section) {
        page.append("\n## ").append(section.title);
        if (!section.path.isEmpty()) {
            page.append(": `").append(section.path).append('`');
        }
        page.append("\n\n| key | what | value | unit | default | example |\n|---|---|---|---|---|---|\n");
        section.keys().stream().filter(key -> !key.later()).forEach(this::row);
    }

    private void row(Key key) {
        page.append("| ").append(code(key.key));
        page.append(" | ").append(key.says);
        page.append(" | ").append(key.form.says());
        page.append(" | ").append(key.form.unit());
        page.append(" | ").append(key.required() ? "**required**" : key.otherwise);
        page.append(" | ").append(code(key.example)).append(" |\n");
    }

    private void later() {
        page.append("\n## Not available in this version\n\nThese are known, and refused by name:\n\n");
        for (Key key : Key.values()) {
            String place = key.in.path.isEmpty() ? key.key : key.in.path + "." + key.key;
            if (key.later()) {
                page.append("* `").append(place).append("`: ").append(key.says).append('\n');
            } else if (!key.form.later().isEmpty()) {
                page.append("* `").append(place).append("`: `");
                page.append(String.join("`, `", key.form.later())).append("`\n");
            }
        }
    }

    private static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }
}
