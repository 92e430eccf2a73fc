package io.antiphon.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir
    Path folder;

    @Test
    void isHeldByOneStackAtATime() {
        Path home = folder.resolve("home");
        try (Home held = Home.of(home)) {
            assertThat(Home.isHeld(home)).isTrue();
            assertThatThrownBy(() -> Home.of(home))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("another antiphon (process "
                            + ProcessHandle.current().pid() + ") runs in " + held.folder())
                    .hasMessageContaining("--home");
        }
        assertThat(Home.isHeld(home)).isFalse();
        Home.of(home).close();
    }

    @Test
    void leavesDataAndLogsButNothingTemporary() throws Exception {
        try (Home home = Home.of(folder)) {
            Files.writeString(home.tmp().resolve("library.so"), "");
            Files.writeString(home.of("broker").resolve("log"), "");
            new Endpoints("shop", "127.0.0.1:1", "http://r", "http://c", "http://h").write(folder);
            assertThat(Endpoints.in(folder)).isPresent();
        }
        assertThat(folder.resolve("tmp")).doesNotExist();
        assertThat(folder.resolve("endpoints.json")).doesNotExist();
        assertThat(folder.resolve("broker/log")).exists();
    }

    @Test
    void isNotAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Home.of(file))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("cannot use " + file + " as home");
    }

    @Test
    void knowsThatAStackThatWasKilledRunsNoMore() {
        new Endpoints("shop", "127.0.0.1:1", "http://r", "http://c", "http://h").write(folder);
        assertThat(Endpoints.in(folder)).isEmpty();
    }
}
