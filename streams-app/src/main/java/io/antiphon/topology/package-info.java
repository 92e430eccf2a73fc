/** The Kafka Streams topology around {@link io.antiphon.resolve}: reads captured records, keeps each row's state, writes what was decided. */
@NullMarked
package io.antiphon.topology;

import org.jspecify.annotations.NullMarked;
