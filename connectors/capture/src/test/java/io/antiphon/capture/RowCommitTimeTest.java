package io.antiphon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a row's commit time comes out of a snapshot's query. */
class RowCommitTimeTest {
    @AfterEach
    void nothingIsLeft() {
        RowCommitTime.taken();
    }

    @Test
    void itIsReadFirstUnderTheNameOfAColumnThatFollows() {
        assertThat(CommitTimeQuery.query("\"public\".\"t\"", List.of("\"id\"", "\"name\""), "\"name\""))
                .startsWith("SELECT ('1:' || ")
                .endsWith("::pg_catalog.pg_snapshot AS \"name\", \"id\", \"name\" FROM \"public\".\"t\"");
        assertThat(CommitTimeQuery.query("t", List.of("\"a\""), null)).isEqualTo("SELECT \"a\" FROM t");
    }

    @Test
    void itIsTakenOncePerRow() throws SQLException {
        new RowCommitTime().setValue("1:1700000000000001:");

        assertThat(RowCommitTime.taken()).isEqualTo(1_700_000_000_000_000L);
        assertThat(RowCommitTime.taken()).isNull();
    }

    @Test
    void aColumnOfTheSameTypeInTheTableDoesNotCount() throws SQLException {
        new RowCommitTime().setValue("1:6:");
        new RowCommitTime().setValue("10:20:10,14");

        assertThat(RowCommitTime.taken()).isEqualTo(5);
    }
}
