package io.antiphon.local.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of a PostgreSQL server, unpacked once.
 *
 * @param folder holds {@code bin}, {@code lib} and {@code share}
 */
public record PostgresBinaries(Path folder) {
    private static final int EXECUTABLE = 0100;

    /**
     * Unpacks the server that is on the class path into a folder, unless it is there already.
     *
     * @throws UncheckedIOException if there is none for this machine, or it cannot be written
     */
    public static PostgresBinaries in(Path folder) {
        if (Files.isExecutable(folder.resolve("bin/postgres"))) {
            return new PostgresBinaries(folder);
        }
        String archive = archive();
        try (InputStream packed = PostgresBinaries.class.getResourceAsStream(archive)) {
            if (packed == null) {
                throw new IOException("no PostgreSQL server for this machine is on the class path (" + archive + ")");
            }
            Files.createDirectories(folder.toAbsolutePath().getParent());
            Path unfinished = Files.createTempDirectory(folder.toAbsolutePath().getParent(), ".unpacking-");
            unpack(packed, unfinished);
            finish(unfinished, folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack PostgreSQL into " + folder + ": " + e.getMessage(), e);
        }
        return new PostgresBinaries(folder);
    }

    Path initdb() {
        return folder.resolve("bin/initdb");
    }

    Path postgres() {
        return folder.resolve("bin/postgres");
    }

    private static String archive() {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        return "/postgres-" + (mac ? "darwin" : "linux") + "-" + (arm ? "arm_64" : "x86_64") + ".txz";
    }

    private static void unpack(InputStream packed, Path into) throws IOException {
        Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("the archive leaves its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(target.getParent());
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(tar, target);
                    if ((entry.getMode() & EXECUTABLE) != 0) {
                        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                }
            }
        }
    }

    private static void finish(Path unfinished, Path folder) throws IOException {
        try {
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (IOException somebodyElseWasFirst) {
            delete(unfinished);
            if (!Files.isExecutable(folder.resolve("bin/postgres"))) {
                throw somebodyElseWasFirst;
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
