package io.antiphon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;

@AnalyzeClasses(packages = "io.antiphon", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String NOW = "now|currentTimeMillis|nanoTime|instant|millis";

    @ArchTest
    static final ArchRule resolve_is_arithmetic = noClasses()
            .that()
            .resideInAPackage("io.antiphon.resolve..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka..",
                    "org.apache.avro..",
                    "io.confluent..",
                    "java.sql..",
                    "javax.sql..",
                    "java.net..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.io..",
                    "java.util.concurrent..",
                    "org.slf4j..")
            .because("a decision that reads nothing but its arguments can be simulated by the hundred thousand")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule resolve_reads_no_clock = noClasses()
            .that()
            .resideInAPackage("io.antiphon.resolve..")
            .should()
            .callMethodWhere(com.tngtech.archunit.base.DescribedPredicate.describe(
                    "it reads a clock",
                    call -> call.getTarget().getName().matches(NOW)
                            && (call.getTargetOwner().isEquivalentTo(System.class)
                                    || call.getTargetOwner().getPackageName().equals("java.time"))))
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Clock.class, InstantSource.class)
            .because(
                    "what was seen decides, and never what time it is here; the same input gives the same outcome at every restart")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule resolve_stands_alone = classes()
            .that()
            .resideInAPackage("io.antiphon.resolve..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.antiphon.resolve..",
                    "io.antiphon.mesh..",
                    "io.antiphon.key..",
                    "io.antiphon.time..",
                    "java..",
                    "org.jspecify..")
            .because("the core knows the language it is written in and nothing that is made of it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule configuration_depends_on_names_only = noClasses()
            .that()
            .resideInAPackage("io.antiphon.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.antiphon",
                    "io.antiphon.api..",
                    "io.antiphon.resolve..",
                    "io.antiphon.topology..",
                    "org.apache.kafka..",
                    "java.sql..")
            .because("whoever renders or runs something reads the configuration, and it needs none of them to be read");

    @ArchTest
    static final ArchRule the_http_interface_is_told_and_does_not_ask = noClasses()
            .that()
            .resideInAPackage("io.antiphon.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.antiphon",
                    "io.antiphon.config..",
                    "io.antiphon.resolve..",
                    "io.antiphon.topology..",
                    "java.sql..")
            .because(
                    "the topology counts into it; an interface that reached into the topology would hold its threads up");

    @ArchTest
    static final ArchRule only_the_http_interface_speaks_http = noClasses()
            .that()
            .resideOutsideOfPackage("io.antiphon.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "io.micrometer..")
            .because("counting must stay cheap and free of a metrics library on the hot path");

    @ArchTest
    static final ArchRule only_the_configuration_reads_yaml = noClasses()
            .that()
            .resideOutsideOfPackage("io.antiphon.config..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.snakeyaml..")
            .because("behind the configuration there are typed records only");

    @ArchTest
    static final ArchRule the_heart_sees_no_edge = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.antiphon.capture..", "io.antiphon.apply..", "io.antiphon.local..", "org.apache.kafka.connect..")
            .because("edges and heart meet in topics");

    @ArchTest
    static final ArchRule nothing_here_talks_to_a_database = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..")
            .because("everything that touches a database is a connector");

    @ArchTest
    static final ArchRule packages_are_named_after_what_they_do = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..common..", "..core..", "..impl..", "..manager..", "..helper..")
            .because("such a name says nothing, and takes in everything");

    @ArchTest
    static final ArchRule output_is_logged = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.antiphon.Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("events are one line each, with a time and a level; only Main speaks to who started it");

    @ArchTest
    static final ArchRule time_is_a_parameter = noClasses()
            .that()
            .resideInAPackage("io.antiphon.topology..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .because("a test must be able to say what time it is")
            .allowEmptyShould(true);
}
