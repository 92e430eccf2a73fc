package io.antiphon.config;

/** A configuration that cannot be used; the message is one line with the place, the cause and the mend, and never a secret. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigurationException(String oneLine) {
        super(oneLine);
    }
}
