package io.antiphon.fault;

import io.antiphon.site.Mesh;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A site that hears nothing while the writing goes on, and then again. */
public record CutOff(String site, Duration time) implements Fault {
    public static Fault cutOff(String site) {
        return new CutOff(site, Duration.ofSeconds(2));
    }

    @Override
    public void strikes(Mesh mesh) {
        mesh.site(site).hearsNothing();
        Awaitility.await().pollDelay(time).until(() -> true);
        mesh.site(site).hearsAgain();
    }
}
