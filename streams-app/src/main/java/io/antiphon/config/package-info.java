/** The one configuration: {@code antiphon.yaml}, parsed once into checked values. */
@NullMarked
package io.antiphon.config;

import org.jspecify.annotations.NullMarked;
