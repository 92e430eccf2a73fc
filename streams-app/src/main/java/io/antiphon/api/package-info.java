/** What the resolver tells about itself over HTTP: health, progress and metrics. */
@NullMarked
package io.antiphon.api;

import org.jspecify.annotations.NullMarked;
