/** What a `Builder` and its process say to each other. */

/** Build a kernel. */
export interface BuildOrder {
  readonly id: number;
  /** Path of the source. */
  readonly file: string;
  readonly optimize: boolean;
}

/** A file that a build looked for: sha-256 of its text, or "" for one that was not there. */
export type SeenFiles = ReadonlyMap<string, string>;

/** How a build went. */
export type BuildOutcome = { readonly id: number; readonly files: SeenFiles; readonly buildMs: number } & (
  | {
      readonly kind: "built";
      readonly name: string;
      readonly wasm: Uint8Array;
      readonly descriptor: Uint8Array;
      readonly warnings: readonly string[];
    }
  | { readonly kind: "failed"; readonly reason: string; readonly message: string }
);
