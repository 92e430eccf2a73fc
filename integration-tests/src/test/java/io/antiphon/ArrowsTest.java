package io.antiphon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which module may know which: connectors ─▶ schemas ◀─ streams-app, and deploy sees them all. */
@AnalyzeClasses(
        packages = "io.antiphon",
        importOptions = {ImportOption.DoNotIncludeTests.class})
class ArrowsTest {
    private static final String[] LANGUAGE = {
        "io.antiphon.contract..", "io.antiphon.mesh..", "io.antiphon.key..", "io.antiphon.time.."
    };
    private static final String[] HEART = {
        "io.antiphon", "io.antiphon.resolve..", "io.antiphon.topology..", "io.antiphon.config..", "io.antiphon.api.."
    };
    private static final String CAPTURE = "io.antiphon.capture..";
    private static final String APPLY = "io.antiphon.apply..";
    private static final String STORES = "io.antiphon.apply.*..";
    private static final String DEPLOY = "io.antiphon.local..";

    @ArchTest
    static final ArchRule the_language_knows_nobody = classes()
            .that()
            .resideInAnyPackage(LANGUAGE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.antiphon.contract..",
                    "io.antiphon.mesh..",
                    "io.antiphon.key..",
                    "io.antiphon.time..",
                    "java..",
                    "org.apache.avro..",
                    "com.fasterxml.jackson..",
                    "org.jspecify..")
            .because("everything is made of it");

    @ArchTest
    static final ArchRule edges_see_no_heart = noClasses()
            .that()
            .resideInAnyPackage(CAPTURE, APPLY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(HEART)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(DEPLOY, "org.apache.kafka.streams..")
            .because("edges and heart meet in topics, so that each can be replaced and run where the other is not");

    @ArchTest
    static final ArchRule the_heart_sees_no_edge = noClasses()
            .that()
            .resideInAnyPackage(HEART)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CAPTURE, APPLY, DEPLOY)
            .because("edges and heart meet in topics, so that each can be replaced and run where the other is not");

    @ArchTest
    static final ArchRule capture_does_not_see_apply = noClasses()
            .that()
            .resideInAPackage(CAPTURE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(APPLY)
            .because("a store that only receives has no capture");

    @ArchTest
    static final ArchRule apply_does_not_see_capture = noClasses()
            .that()
            .resideInAPackage(APPLY)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CAPTURE)
            .because("a store that only receives has no capture");

    @ArchTest
    static final ArchRule the_sink_knows_no_store = noClasses()
            .that()
            .resideInAPackage("io.antiphon.apply")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORES, "java.sql..", "javax.sql..", "org.postgresql..")
            .because("adding a store touches nothing else");

    @ArchTest
    static final ArchRule connectors_log_as_their_worker_can = noClasses()
            .that()
            .resideInAnyPackage(CAPTURE, APPLY)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.slf4j.spi.LoggingEventBuilder")
            .because("Connect loads SLF4J from its worker, and Kafka brings 1.7");

    @ArchTest
    static final ArchRule deploy_has_no_cycles = slices().matching("io.antiphon.local.(*)..")
            .should()
            .beFreeOfCycles()
            .because("process ◀─ stack ◀─ agreement ◀─ demo, bench ◀─ command reads in one direction only");

    @ArchTest
    static final ArchRule only_commands_know_the_command_line = noClasses()
            .that()
            .resideOutsideOfPackages("io.antiphon", "io.antiphon.local.command..", "io.antiphon.local")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..")
            .because("what a command does is used by tests and other commands too");

    @ArchTest
    static final ArchRule packages_are_named_after_what_they_do = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..common..", "..core..", "..impl..", "..manager..", "..helper..")
            .because("such a name says nothing, and takes in everything");
}
