package io.antiphon.local.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How one child process is started.
 *
 * @param name as people call it, e.g. {@code the broker}
 * @param command the program and its arguments
 * @param environment added to our own; for what must not be seen in a process list
 * @param log what it prints is appended here
 * @param record where its process id is noted for whoever comes after us
 */
public record Launch(String name, List<String> command, Map<String, String> environment, Path log, Path record) {
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final Path PERL = Path.of("/usr/bin/perl");

    public Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** The command in a process group of its own, so that Ctrl-C in the terminal reaches us alone and we stop things in order. */
    List<String> inItsOwnGroup() {
        var whole = new ArrayList<String>();
        if (Files.isExecutable(SETSID)) {
            whole.add(SETSID.toString());
        } else if (Files.isExecutable(PERL)) {
            whole.addAll(List.of(PERL.toString(), "-e", "setpgrp(0, 0); exec @ARGV or exit 127"));
        }
        whole.addAll(command);
        return whole;
    }
}
