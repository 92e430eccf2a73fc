/** How fast the pipeline is on this machine, stage by stage, and how that compares with what a user would pick instead. */
@NullMarked
package io.antiphon.local.bench;

import org.jspecify.annotations.NullMarked;
