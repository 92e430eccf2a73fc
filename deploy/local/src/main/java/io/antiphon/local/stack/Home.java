package io.antiphon.local.stack;

import io.antiphon.local.process.Leftovers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder a stack keeps its data in, held by one stack at a time.
 *
 * <p>Survives restarts: {@code broker}, {@code registry} and {@code resolver} hold data, {@code logs} what the processes said,
 * {@code run} the notes of running processes, {@code tmp} what goes when the stack stops.
 */
public final class Home implements AutoCloseable {
    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;
    private List<String> ended = List.of();

    private Home(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes a folder for a stack, making it where it is not there, and ends processes that a killed predecessor left running.
     *
     * @throws StackException if another stack holds it, or it cannot be written
     */
    public static Home of(Path folder) {
        Path home = folder.toAbsolutePath().normalize();
        try {
            Files.createDirectories(home);
            FileChannel channel = FileChannel.open(
                    home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new StackException("another antiphon" + holder(home) + " runs in " + home
                        + ": stop it, or choose another folder with --home");
            }
            channel.truncate(0);
            channel.write(StandardCharsets.US_ASCII.encode(
                    Long.toString(ProcessHandle.current().pid())));
            var taken = new Home(home, channel, lock);
            taken.ended = taken.tidy();
            return taken;
        } catch (IOException e) {
            throw new StackException("cannot use " + home + " as home: "
                    + e.getClass().getSimpleName() + " " + e.getMessage() + "; choose another folder with --home");
        }
    }

    /** Whether a stack holds the folder now. */
    public static boolean isHeld(Path folder) {
        Path file = folder.resolve("lock");
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock free = tryLock(channel);
            if (free == null) {
                return true;
            }
            free.release();
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    public Path folder() {
        return folder;
    }

    /** The processes that a killed predecessor had left running, and that were ended. */
    List<String> ended() {
        return ended;
    }

    /** What a process said. */
    public Path log(String name) {
        return folder.resolve("logs").resolve(name + ".log");
    }

    Path run() {
        return folder.resolve("run");
    }

    Path run(String name) {
        return run().resolve(name);
    }

    Path tmp() {
        return folder.resolve("tmp");
    }

    Path of(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(Endpoints.file(folder));
            delete(tmp());
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a folder and everything in it; nothing if it is not there. */
    public static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException goneMeanwhile) {
            delete(folder);
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) {
                throw e;
            }
            delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> tidy() throws IOException {
        List<String> ended = Leftovers.end(run());
        Files.deleteIfExists(Endpoints.file(folder));
        delete(tmp());
        Files.createDirectories(tmp());
        Files.createDirectories(run());
        return ended;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldInThisProcess) {
            return null;
        }
    }

    private static String holder(Path home) {
        try {
            String pid = Files.readString(home.resolve("lock"), StandardCharsets.US_ASCII)
                    .trim();
            return pid.isEmpty() ? "" : " (process " + pid + ")";
        } catch (IOException e) {
            return "";
        }
    }
}
