/** The Avro contracts of the topics; the classes are generated from {@code src/main/avro}. */
package io.antiphon.contract;
