/** Names: of a mesh, its sites and tables, its topics, and what it is called inside a database. */
@NullMarked
package io.antiphon.mesh;

import org.jspecify.annotations.NullMarked;
