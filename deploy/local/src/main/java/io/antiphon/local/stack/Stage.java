package io.antiphon.local.stack;

/** What a pipeline does to a change after capturing it, each left out when one part is looked at alone. */
public enum Stage {
    RESOLVE,
    APPLY
}
