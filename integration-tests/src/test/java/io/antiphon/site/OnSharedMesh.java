package io.antiphon.site;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Scenarios that share one mesh of {@code berlin} and {@code tokyo}, started once for all of them, each class with tables of its own.
 *
 * <p>A parameter of type {@link Site} is the site of its name, one of type {@link Shared} the mesh.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedMesh.class)
public @interface OnSharedMesh {
    /** Where the tables of this class are. */
    String schema();

    /** The statements that make them. */
    String tables();

    /** What is in them at berlin before the mesh starts. */
    String berlin() default "";

    /** What is in them at tokyo before the mesh starts. */
    String tokyo() default "";

    /** Those whose conflicts are decided by whole rows. */
    String[] rowWise() default {};

    /** Columns that are merged: {@code table column merge}, and the bounds of a sum, as in {@code account credit add-deltas 0 100}. */
    String[] merges() default {};

    /** What wins of deletes: {@code table policy}. */
    String[] deletes() default {};
}
