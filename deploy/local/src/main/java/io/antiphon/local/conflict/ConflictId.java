package io.antiphon.local.conflict;

import io.antiphon.mesh.TableId;
import java.util.Collection;

/**
 * Names a conflict: the row, and the version of it that whoever names it has seen.
 *
 * @param key in its canonical form
 */
public record ConflictId(TableId table, String key, long version) {
    /**
     * Reads one as it was shown, as in {@code public.ticket/[1]/1790000000000000}.
     *
     * @param tables those of the mesh
     * @throws IllegalArgumentException in one line, if it names no row of theirs
     */
    public static ConflictId parse(String text, Collection<TableId> tables) {
        int end = text.lastIndexOf('/');
        for (TableId table : tables) {
            int begin = table.toString().length() + 1;
            if (text.startsWith(table + "/[") && end > begin && isNumber(text.substring(end + 1))) {
                return new ConflictId(table, text.substring(begin, end), Long.parseLong(text.substring(end + 1)));
            }
        }
        throw new IllegalArgumentException(
                "'" + text
                        + "' names no conflict of this mesh: take a name that antiphon conflicts shows, table/key/version, and quote it");
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 19 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        return table + "/" + key + "/" + version;
    }
}
