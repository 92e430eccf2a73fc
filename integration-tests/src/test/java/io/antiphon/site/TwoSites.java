package io.antiphon.site;

import static io.antiphon.site.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.antiphon.local.stack.ConnectRest;
import io.antiphon.local.stack.Home;
import io.antiphon.local.stack.Installation;
import io.antiphon.site.Shell.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Two databases, and a shell in whose folder an {@code antiphon.yaml} makes a mesh of them. */
public final class TwoSites implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Shell shell;
    private final Site berlin;
    private final Site tokyo;

    private TwoSites(Path folder) {
        Databases databases = Databases.chosen(Installation.found(), folder.resolve("sites"));
        shell = new Shell(folder);
        berlin = Site.alone("berlin", databases.start("berlin"));
        tokyo = Site.alone("tokyo", databases.start("tokyo"));
    }

    /**
     * Starts both, and writes the configuration.
     *
     * @param folder emptied first
     * @param rest of the configuration, behind the sites
     */
    public static TwoSites in(Path folder, String mesh, String rest) {
        Home.delete(folder);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var sites = new TwoSites(folder);
        sites.shell.file(
                "antiphon.yaml",
                "mesh: " + mesh
                        + """

                sites:
                  berlin: { url: "%s", user: %s, password: %s }
                  tokyo:  { url: "%s", user: %s, password: %s }
                ports: { http: 0, connect: 0, kafka: 0, registry: 0 }
                %s
                """.formatted(
                                        sites.berlin.database().url(),
                                        sites.berlin.database().user(),
                                        sites.berlin.database().password(),
                                        sites.tokyo.database().url(),
                                        sites.tokyo.database().user(),
                                        sites.tokyo.database().password(),
                                        rest));
        return sites;
    }

    public Shell shell() {
        return shell;
    }

    public Site berlin() {
        return berlin;
    }

    public Site tokyo() {
        return tokyo;
    }

    /** Starts the pipeline; returns when it replicates. */
    public Shell.Running up() {
        Shell.Running up = shell.starts("up");
        eventually(() -> assertThat(up.said()).contains("ready"));
        return up;
    }

    /** Kafka Connect of the pipeline that runs. */
    public ConnectRest connect() {
        try {
            return new ConnectRest(
                    JSON.readTree(shell.antiphon("status", "--json").said())
                            .at("/endpoints/connect")
                            .asText());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until everything that was written is everywhere. */
    public void arrives() {
        Ended waited = shell.antiphon("wait", "--timeout", "90s");
        assertThat(waited.status()).as(waited.said()).isZero();
    }

    @Override
    public void close() {
        berlin.database().close();
        tokyo.database().close();
    }
}
