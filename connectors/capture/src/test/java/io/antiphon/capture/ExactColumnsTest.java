package io.antiphon.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PGobject;

/** A value reads the same from a snapshot, where the driver hands it over, and from the log, where Debezium does. */
class ExactColumnsTest {
    @ParameterizedTest
    @CsvSource({
        "2026-01-02 03:04:05.5, 2026-01-02T03:04:05.5Z",
        "2024-02-29 00:00:00, 2024-02-29T00:00:00Z",
        "1582-10-10 01:02:03.000001, 1582-10-10T01:02:03.000001Z",
        "0044-03-15 12:00:00 BC, -0043-03-15T12:00:00Z",
        "infinity, infinity",
        "-infinity, -infinity",
        "2026-01-02T03:04:05Z, 2026-01-02T03:04:05Z"
    })
    void aTimestampOfASnapshot(String text, String iso) {
        assertThat(ExactColumns.timestamp(text)).isEqualTo(iso);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:04:05.5Z, 2026-01-02T03:04:05.5Z",
        "-0043-03-15T12:00:00Z, -0043-03-15T12:00:00Z",
        "+294276-12-31T23:59:59.999999Z, +294276-12-31T23:59:59.999999Z",
        "+294278-01-10T04:00:54Z, infinity",
        "-292275055-05-16T23:00:00Z, -infinity"
    })
    void aTimestampOfTheLog(Instant instant, String iso) {
        assertThat(ExactColumns.timestamp(instant)).isEqualTo(iso);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02, 2026-01-02Z",
        "-0043-03-15, -0043-03-15Z",
        "+5874897-12-31, +5874897-12-31Z",
        "+5877611-06-21, infinity",
        "-5877611-06-21, infinity",
        "-5877611-06-22, -infinity"
    })
    void aDateOfTheLog(LocalDate date, String iso) {
        assertThat(ExactColumns.date(date)).isEqualTo(iso);
    }

    @Test
    void aDateOfASnapshot() {
        assertThat(ExactColumns.date(java.sql.Date.valueOf("2026-01-02"))).isEqualTo("2026-01-02Z");
        assertThat(ExactColumns.date(new java.sql.Date(9_223_372_036_825_200_000L)))
                .isEqualTo("infinity");
        assertThat(ExactColumns.date(new java.sql.Date(-9_223_372_036_832_400_000L)))
                .isEqualTo("-infinity");
        var ides = new java.util.GregorianCalendar(44, java.util.Calendar.MARCH, 15);
        ides.set(java.util.Calendar.ERA, java.util.GregorianCalendar.BC);
        assertThat(ExactColumns.date(new java.sql.Date(ides.getTimeInMillis()))).isEqualTo("-0043-03-15Z");
    }

    @ParameterizedTest
    @CsvSource({
        "12:00:00.5+02, 12:00:00.5+02:00",
        "24:00:00-02, 24:00:00-02:00",
        "00:00:00+05:30, 00:00:00+05:30",
        "10:00:00Z, 10:00:00Z"
    })
    void theZoneOfATimeIsKept(String text, String iso) {
        assertThat(ExactColumns.withMinutes(text)).isEqualTo(iso);
    }

    @Test
    void theEndOfADayIsNotItsBeginning() {
        assertThat(ExactColumns.time("24:00:00")).isEqualTo("24:00:00Z");
        assertThat(ExactColumns.time("12:00:00Z")).isEqualTo("12:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "1 year -2 mons +3 days -04:05:06.7, P1Y-2M3DT-4H-5M-6.7S",
        "2 years 1 mon -1 days +02:03:04.000001, P2Y1M-1DT2H3M4.000001S",
        "00:00:00, P0Y0M0DT0H0M0S",
        "-00:00:00.5, P0Y0M0DT0H0M-0.5S",
        "1 day, P0Y0M1DT0H0M0S",
        "-178000000 years -8 mons, P-178000000Y-8M0DT0H0M0S",
        "2562047788:00:54.775807, P0Y0M0DT2562047788H0M54.775807S",
        "infinity, infinity",
        "-infinity, -infinity",
        "P1Y-2M3DT-4H-5M-6.7S, P1Y-2M3DT-4H-5M-6.7S"
    })
    void anInterval(String text, String iso) throws SQLException {
        var read = new PGobject();
        read.setType("interval");
        read.setValue(text);

        assertThat(ExactColumns.interval(text)).isEqualTo(iso);
        assertThat(ExactColumns.interval(read)).isEqualTo(iso);
    }

    /** As another {@code IntervalStyle} has it. */
    @ParameterizedTest
    @ValueSource(strings = {"+1-2 -3 +4:05:06.7", "@ 1 year ago", ""})
    void anIntervalInAnotherStyleIsRefused(String text) {
        assertThatThrownBy(() -> ExactColumns.interval(text)).hasMessageContaining("'" + text + "'");
    }
}
