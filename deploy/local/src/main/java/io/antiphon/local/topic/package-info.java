/** Topics of a running stack as commands read them: a stretch at a time, committed records only. */
@NullMarked
package io.antiphon.local.topic;

import org.jspecify.annotations.NullMarked;
