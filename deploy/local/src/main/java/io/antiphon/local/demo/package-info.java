/** The demo: two sites that sell the same tickets, one of them cut off for a while, and what becomes of it. */
@NullMarked
package io.antiphon.local.demo;

import org.jspecify.annotations.NullMarked;
