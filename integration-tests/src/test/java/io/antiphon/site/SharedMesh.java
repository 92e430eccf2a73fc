package io.antiphon.site;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.ReflectionSupport;

/** Starts the shared mesh when the first class that wants it runs, and stops it when the last test of the run has ended. */
final class SharedMesh implements BeforeAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(SharedMesh.class);
    private static final String SCENARIOS = "io.antiphon.scenario";

    @Override
    public void beforeAll(ExtensionContext context) {
        mesh(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Site.class || type == Shared.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        OnSharedMesh wanted = context.getRequiredTestClass().getAnnotation(OnSharedMesh.class);
        if (parameter.getParameter().getType() == Shared.class) {
            return new Shared(mesh(context), wanted.schema());
        }
        return mesh(context).site(parameter.getParameter().getName()).in(wanted.schema());
    }

    private static Mesh mesh(ExtensionContext context) {
        return context.getRoot()
                .getStore(HERE)
                .getOrComputeIfAbsent("mesh", key -> Mesh.start("shop", sites(), grounds()), Mesh.class);
    }

    private static Map<String, WallClock> sites() {
        var sites = new LinkedHashMap<String, WallClock>();
        sites.put("berlin", WallClock.RIGHT);
        sites.put("tokyo", WallClock.RIGHT);
        return sites;
    }

    private static List<Ground> grounds() {
        return ReflectionSupport.findAllClassesInPackage(
                        SCENARIOS, type -> type.isAnnotationPresent(OnSharedMesh.class), name -> true)
                .stream()
                .map(type -> type.getAnnotation(OnSharedMesh.class))
                .map(wanted -> new Ground(
                        wanted.schema(),
                        wanted.tables(),
                        Map.of("berlin", wanted.berlin(), "tokyo", wanted.tokyo()),
                        Set.copyOf(Arrays.asList(wanted.rowWise())),
                        List.of(wanted.merges()),
                        List.of(wanted.deletes())))
                .toList();
    }
}
