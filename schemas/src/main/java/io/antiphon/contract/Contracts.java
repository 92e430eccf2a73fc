package io.antiphon.contract;

import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/** Reads and writes the contracts' own classes. */
public final class Contracts {
    static {
        // Avro makes no object of a class it has not been told to trust
        ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
        ClassSecurityValidator.setGlobal(
                type -> type.getPackageName().equals(Contracts.class.getPackageName()) || before.isTrusted(type));
    }

    private Contracts() {}

    /** Has Avro trust the contracts' classes: where they are on the class path it loads them, whoever reads or writes their records. */
    public static void trust() {
        // done when this class was loaded
    }

    /** A reader of records written with {@code written}, also an older or newer one of the same contract. */
    public static <T extends SpecificRecordBase> DatumReader<T> reader(Schema written, Class<T> contract) {
        SpecificData data = SpecificData.getForClass(contract);
        return new SpecificDatumReader<>(written, data.getSchema(contract), data);
    }

    /** A writer of a contract's records. */
    public static <T extends SpecificRecordBase> DatumWriter<T> writer(Schema contract) {
        return new SpecificDatumWriter<>(contract);
    }
}
