package io.antiphon.local;

import io.antiphon.local.command.Antiphon;

/** Starts the {@code antiphon} command. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Kafka's clients say a lot; what matters is said by us.
        System.setProperty("logback.configurationFile", "io/antiphon/local/quiet-logback.xml");
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        // Avro makes objects of no other classes of ours.
        System.setProperty("org.apache.avro.SERIALIZABLE_PACKAGES", "io.antiphon.contract");
        System.exit(Antiphon.commandLine().execute(arguments));
    }
}
