/**
 * The three kinds of module. The kind is what the module says of itself, in its manifest; admission checks that its
 * exports are those of that kind.
 */

/** What a module may say that it is. */
export const moduleKinds = ["typed", "raw", "wasi"] as const;

/** `typed`: messages in, messages out; `raw`: numbers; `wasi`: a command with stdin and stdout. */
export type ModuleKind = (typeof moduleKinds)[number];
