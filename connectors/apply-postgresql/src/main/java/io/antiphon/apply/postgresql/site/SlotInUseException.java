package io.antiphon.apply.postgresql.site;

/** A slot or an origin of ours cannot be dropped because a session still holds it. */
public final class SlotInUseException extends SiteException {
    private static final long serialVersionUID = 1L;

    SlotInUseException(PostgresSite site, String what) {
        super(
                site.id(),
                what + " is still in use",
                "stop the pipeline of mesh " + site.mesh() + " (its connectors capture-" + site.id() + " and apply-"
                        + site.id() + ") first");
    }
}
