package io.antiphon.topology;

import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;

/** One table at one site: what one captured topic is about. */
record CapturedTable(SiteId site, TableId table) {}
