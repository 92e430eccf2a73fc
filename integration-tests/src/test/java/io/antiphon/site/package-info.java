/** Sites and meshes as a test speaks of them, on real databases and a real pipeline. */
@NullMarked
package io.antiphon.site;

import org.jspecify.annotations.NullMarked;
