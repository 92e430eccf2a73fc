package io.antiphon.apply.postgresql.site;

import io.antiphon.mesh.SiteId;

/** A question put into a site's log for one resolved topic-partition. */
public record Marker(SiteId site, String resolvedTopic, int resolvedPartition) {}
