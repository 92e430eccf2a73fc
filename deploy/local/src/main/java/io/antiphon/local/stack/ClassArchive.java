package io.antiphon.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The classes a part loads, in the form the Java machine maps instead of parsing: nearly half of what a start costs.
 *
 * <p>The first process of a part records it when it ends, for those that come after. It belongs to one class path and one Java.
 */
final class ClassArchive {
    private final Path archive;
    private final Path unfinished;
    private final boolean writable;

    private ClassArchive(Path archive, boolean writable) {
        this.archive = archive;
        this.unfinished = archive.resolveSibling(
                archive.getFileName() + "." + ProcessHandle.current().pid());
        this.writable = writable;
    }

    /** @param jars the folder of the part's class path */
    static ClassArchive of(Path runtime, Part part, Path jars) {
        Path folder = runtime.resolve("archives");
        Path archive = folder.resolve(part.word() + "-" + Integer.toHexString(fingerprint(jars)) + ".jsa");
        return new ClassArchive(archive, Files.isWritable(runtime));
    }

    /** What makes Java use it, or record it. */
    List<String> flags() {
        if (Files.exists(archive)) {
            return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
        }
        if (!writable) {
            return List.of();
        }
        try {
            Files.createDirectories(archive.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("-XX:ArchiveClassesAtExit=" + unfinished, "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
    }

    /** Puts what an ended process recorded where the next one finds it, in place of those of other class paths. */
    void settle() {
        try {
            if (!Files.exists(unfinished)) {
                return;
            }
            String part = archive.getFileName().toString().replaceFirst("-[^-]*$", "-");
            try (DirectoryStream<Path> former = Files.newDirectoryStream(archive.getParent(), part + "*.jsa")) {
                for (Path old : former) {
                    Files.deleteIfExists(old);
                }
            }
            Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int fingerprint(Path jars) {
        try (Stream<Path> files = Files.list(jars)) {
            var all = new TreeSet<String>();
            all.add(System.getProperty("java.vm.version"));
            for (Path file : (Iterable<Path>) files::iterator) {
                all.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
            }
            return Objects.hash(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
