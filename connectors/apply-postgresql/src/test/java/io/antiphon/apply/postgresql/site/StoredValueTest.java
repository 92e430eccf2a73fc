package io.antiphon.apply.postgresql.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.antiphon.mesh.MeshName;
import io.antiphon.mesh.TableId;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoredValueTest {
    private static final TableId TICKET = TableId.parse("public.ticket");

    private Server.Database database;
    private PostgresSite berlin;

    @BeforeEach
    void aSite() throws SQLException {
        database = Server.berlin().newDatabase();
        database.run(
                "CREATE DOMAIN euros AS numeric(8,2)",
                "CREATE TABLE ticket (id int PRIMARY KEY, price euros NOT NULL, code char(4), seat varchar(3), due date, sold timestamptz,"
                        + " extras jsonb, \"odd name\" text, must text NOT NULL)",
                "ALTER DATABASE " + database.name() + " SET \"TimeZone\" = 'Asia/Tokyo'",
                "ALTER DATABASE " + database.name() + " SET \"DateStyle\" = 'German'");
        berlin = database.site(new MeshName("shop"), "berlin");
    }

    @Test
    void aValueIsWhatTheDatabaseMakesOfIt() throws SQLException {
        assertThat(stored("price", "12.5", "code", "ab", "due", "2026-12-01", "sold", "2026-11-24 12:00+02"))
                .extracting(StoredValue::text)
                .containsExactly("12.50", "ab  ", "2026-12-01", "2026-11-24 10:00:00+00");
        assertThat(stored("extras", "{\"b\":1,\"a\":2}", "seat", null))
                .extracting(StoredValue::text)
                .containsExactly("{\"a\": 2, \"b\": 1}", null);
    }

    @Test
    void itKnowsItsColumn() throws SQLException {
        assertThat(stored("id", "7", "odd_name", "x"))
                .containsExactly(
                        new StoredValue("id", "integer", "int4", 0, "7"),
                        new StoredValue("odd name", "text", "text", -1, "x"));
    }

    @Test
    void whatAnApplicationCouldNotWriteIsRefusedInOneLine() {
        refused(
                "price",
                "cheap",
                "berlin: the row is none of this table: ERROR: invalid input syntax for type numeric");
        refused("seat", "A100", "value too long for type character varying(3)");
        refused("town", "Rome", "there is no column 'town' in public.ticket; its columns are id, price, code");
    }

    @Test
    void nothingStays() throws SQLException {
        stored("price", "1");

        assertThat(database.ask("SELECT count(*) FROM pg_class WHERE relname = 'antiphon_given'"))
                .containsExactly("0");
        assertThat(database.ask("SELECT count(*) FROM ticket")).containsExactly("0");
    }

    private void refused(String column, String value, String says) {
        assertThatThrownBy(() -> stored(column, value))
                .isInstanceOf(SiteException.class)
                .hasMessageContaining(says)
                .message()
                .doesNotContain("\n");
    }

    private List<StoredValue> stored(@Nullable String... columnsAndValues) throws SQLException {
        Map<String, Optional<String>> given = new LinkedHashMap<>();
        for (int i = 0; i < columnsAndValues.length; i += 2) {
            given.put(String.valueOf(columnsAndValues[i]), Optional.ofNullable(columnsAndValues[i + 1]));
        }
        return berlin.asStored(TICKET, given);
    }
}
