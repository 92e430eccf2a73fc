package io.antiphon.fault;

import io.antiphon.local.stack.Part;
import io.antiphon.site.Mesh;
import java.util.function.Consumer;

/** A process that ends as {@code kill -9} ends it, and is started again. */
public final class CrashOf implements Fault {
    private final String victim;
    private final Consumer<Mesh> kill;

    private CrashOf(String victim, Consumer<Mesh> kill) {
        this.victim = victim;
        this.kill = kill;
    }

    public static Fault crashOf(CrashOf victim) {
        return victim;
    }

    public static CrashOf resolver() {
        return part(Part.RESOLVER);
    }

    public static CrashOf connect() {
        return part(Part.CONNECT);
    }

    public static CrashOf broker() {
        return part(Part.BROKER);
    }

    public static CrashOf registry() {
        return part(Part.REGISTRY);
    }

    public static CrashOf database(String site) {
        return new CrashOf(
                "database of " + site, mesh -> mesh.site(site).database().crash());
    }

    private static CrashOf part(Part part) {
        return new CrashOf(part.name().toLowerCase(java.util.Locale.ROOT), mesh -> mesh.stack()
                .crash(part));
    }

    @Override
    public void strikes(Mesh mesh) {
        kill.accept(mesh);
        mesh.recovers();
    }

    @Override
    public String toString() {
        return "a crash of the " + victim;
    }
}
