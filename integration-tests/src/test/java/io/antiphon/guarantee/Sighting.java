package io.antiphon.guarantee;

import io.antiphon.mesh.SiteId;
import org.jspecify.annotations.Nullable;

/** What a reader at a site saw a row become; null where it was gone. */
public record Sighting(SiteId site, int key, @Nullable String value) {}
