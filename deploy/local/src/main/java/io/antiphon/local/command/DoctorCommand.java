package io.antiphon.local.command;

import io.antiphon.config.Configuration;
import io.antiphon.local.terminal.Screen;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code antiphon doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        header = "Says what a site lacks, and the SQL that mends it.",
        description = {
            "",
            "Looks at every site and changes nothing: settings, privileges, slots and origins that are left, replica identity,"
                    + " keys, triggers and sequences."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every site is fit",
            "1:a site is not fit, or cannot be reached",
            "2:the configuration cannot be used"
        })
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private MeshOptions mesh = new MeshOptions();

    @Override
    public Integer call() {
        Configuration configuration = mesh.configuration();
        Examination examination = Examination.of(configuration);
        examination.print(Screen.standard());
        return examination.fit() ? Exit.GOOD : Exit.BAD;
    }
}
