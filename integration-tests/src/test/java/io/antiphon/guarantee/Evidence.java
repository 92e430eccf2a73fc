package io.antiphon.guarantee;

import io.antiphon.mesh.TableId;
import io.antiphon.site.Mesh;
import io.antiphon.site.Site;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What there is to judge a mesh by: what was written into a table, and what each site holds now that all has been applied.
 *
 * @param sightings what readers saw rows become meanwhile, in the order of each site
 */
public record Evidence(Mesh mesh, TableId table, List<Write> writes, List<Sighting> sightings) {
    public Evidence {
        writes = List.copyOf(writes);
        sightings = List.copyOf(sightings);
    }

    /** The values a site holds, by key. */
    Map<Integer, String> valuesAt(Site site) {
        try (Connection connection = site.connect();
                ResultSet row =
                        connection.createStatement().executeQuery("SELECT id, note FROM " + table + " ORDER BY id")) {
            var values = new TreeMap<Integer, String>();
            while (row.next()) {
                values.put(row.getInt(1), row.getString(2));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Site anySite() {
        return mesh.sites().iterator().next();
    }
}
