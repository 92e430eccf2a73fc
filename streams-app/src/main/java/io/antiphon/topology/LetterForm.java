package io.antiphon.topology;

import io.antiphon.contract.KeyMove;
import io.antiphon.contract.MoveLetter;
import io.antiphon.key.RowKey;
import io.antiphon.mesh.SiteId;
import io.antiphon.mesh.TableId;
import io.antiphon.resolve.Letter;
import io.antiphon.resolve.Move;
import io.antiphon.resolve.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Letters between the keys of one table as their contract, and back. */
final class LetterForm {
    private static final String CARRIED = "CARRIED";
    private static final String RECALLED = "RECALLED";
    private static final String RETURNED = "RETURNED";
    private static final String CLOSED = "CLOSED";

    private final TableId table;
    private final Rows rows;

    /** Rows of the table as bytes, and the names of their columns. */
    interface Rows {
        ByteBuffer toBytes(Row row);

        Row ofBytes(ByteBuffer bytes);

        /** In the order of a row's values. */
        List<String> names();
    }

    LetterForm(TableId table, Rows rows) {
        this.table = table;
        this.rows = rows;
    }

    MoveLetter written(Letter letter) {
        MoveLetter.Builder form = MoveLetter.newBuilder()
                .setSchemaName(table.schema())
                .setTableName(table.name())
                .setMove(written(letter.move()));
        if (letter instanceof Letter.Carried carried) {
            form.setKind(CARRIED).setRow(rows.toBytes(carried.row()));
        } else if (letter instanceof Letter.Recalled recalled) {
            form.setKind(RECALLED).setBy(written(recalled.by()));
        } else if (letter instanceof Letter.Returned returned) {
            var columns = new ArrayList<String>();
            returned.columns().stream().mapToObj(rows.names()::get).forEach(columns::add);
            form.setKind(RETURNED)
                    .setColumns(columns)
                    .setRow(rows.toBytes(returned.row()))
                    .setCarried(rows.toBytes(returned.carried()))
                    .setLast(returned.last());
        } else {
            form.setKind(CLOSED);
        }
        return form.build();
    }

    Letter read(MoveLetter form) {
        Move move = read(form.getMove());
        return switch (form.getKind()) {
            case CARRIED -> new Letter.Carried(move, row(form.getRow()));
            case RECALLED -> new Letter.Recalled(move, read(Objects.requireNonNull(form.getBy())));
            case RETURNED -> {
                Row row = row(form.getRow());
                Row carried = row(form.getCarried());
                var columns = new BitSet();
                form.getColumns().forEach(name -> columns.set(rows.names().indexOf(name)));
                yield new Letter.Returned(move, columns, row, carried, form.getLast());
            }
            case CLOSED -> new Letter.Closed(move);
            default ->
                throw new UnreadableException(
                        "a letter of table " + table + " says '" + form.getKind() + "', which is none we know");
        };
    }

    static KeyMove written(Move move) {
        return new KeyMove(
                move.site().text(),
                move.commitTime(),
                move.position(),
                move.from().text(),
                move.to().text());
    }

    static Move read(KeyMove form) {
        return new Move(
                new SiteId(form.getSite()),
                form.getCommitTime(),
                form.getLogPosition(),
                new RowKey(form.getFromKey()),
                new RowKey(form.getToKey()));
    }

    private Row row(@Nullable ByteBuffer bytes) {
        return rows.ofBytes(Objects.requireNonNull(bytes));
    }
}
