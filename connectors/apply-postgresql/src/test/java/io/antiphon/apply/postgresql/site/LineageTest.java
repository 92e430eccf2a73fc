package io.antiphon.apply.postgresql.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.antiphon.apply.postgresql.site.Server.Database;
import io.antiphon.mesh.MeshName;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class LineageTest {
    private static final MeshName SHOP = new MeshName("shop");
    private static final Lineage BEFORE = new Lineage("7301", 16_384, 2, 0x1_2345_6789L);

    @Test
    void aDatabaseIsKnownAgainWhateverWasWrittenToItSinceByAnybodyWhoMayConnect() throws SQLException {
        Database database = Server.berlin().newDatabase();
        database.run(
                "DROP ROLE IF EXISTS passer_by",
                "CREATE ROLE passer_by LOGIN PASSWORD '" + Server.PASSWORD + "'",
                "CREATE TABLE t (id int)");
        PostgresSite site = database.site(SHOP, "berlin", "passer_by");
        Lineage before = site.lineage();
        database.run("INSERT INTO t VALUES (1)", "CHECKPOINT");

        Lineage now = site.lineage();

        assertThat(now.breakSince(before)).isEmpty();
        assertThat(now.reached()).isGreaterThan(before.reached());
        assertThat(now.timeline()).isOne();
        assertThat(before.breakSince(now))
                .hasValueSatisfying(why -> assertThat(why).contains("is older than"));
    }

    @Test
    void anotherDatabaseOfTheServerAndAnotherServerAreNotTakenForIt() throws SQLException {
        Lineage one = Server.berlin().newDatabase().site(SHOP, "berlin").lineage();
        Lineage sibling = Server.berlin().newDatabase().site(SHOP, "berlin").lineage();
        Lineage elsewhere = Server.tokyo().newDatabase().site(SHOP, "berlin").lineage();

        assertThat(sibling.breakSince(one))
                .hasValueSatisfying(why -> assertThat(why).contains("is another database"));
        assertThat(elsewhere.breakSince(one))
                .hasValueSatisfying(why -> assertThat(why).contains("is another database"));
    }

    @Test
    void aLogThatIsShorterOrOnAnotherTimelineIsNotReadOn() {
        assertThat(new Lineage("7301", 16_384, 2, 0x1_2345_6788L).breakSince(BEFORE))
                .contains(
                        "is older than what was read from it, as one restored from a backup is: its log had got to 1/23456789 of timeline 2,"
                                + " and is at 1/23456788 of timeline 2");
        assertThat(new Lineage("7301", 16_384, 1, 0x2_0000_0000L).breakSince(BEFORE))
                .hasValueSatisfying(why -> assertThat(why).contains("is older than"));
        assertThat(new Lineage("7301", 16_384, 3, 0x2_0000_0000L).breakSince(BEFORE))
                .hasValueSatisfying(why -> assertThat(why).contains("is a promoted standby"));
        assertThat(new Lineage("7301", 16_384, 2, 0x1_2345_6789L).breakSince(BEFORE))
                .isEmpty();
    }
}
