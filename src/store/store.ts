/**
 * Where the scheduler process keeps what must outlive it: names, routes, later jobs. Small values under keys with
 * compare-and-set and watch. Only what every engine below can honestly promise is in the interface: memory, SQLite, and
 * a NATS JetStream key-value bucket (per-key compare-and-set by revision, no transactions over several keys, watches
 * that deliver the present state first).
 */

/** One entry as it was at a revision. */
export interface StoreEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Grows with every write to the store; never used twice. Start at 1. */
  readonly revision: number;
}

/** What a watch tells. `synced` comes once, after the entries that were there at the start. */
export type StoreChange =
  | { readonly kind: "put"; readonly entry: StoreEntry }
  | { readonly kind: "delete"; readonly key: string; readonly revision: number }
  | { readonly kind: "synced" };

/**
 * A condition on a write: `absent` (no live entry), a revision (the entry is at exactly that one), or `any`.
 * A condition that does not hold rejects with reason CONFLICT and changes nothing.
 */
export type Expected = "any" | "absent" | { readonly revision: number };

/**
 * Keys are segments of `[A-Za-z0-9_-]+` joined by dots, at most 200 characters; values at most 1 MiB. Anything else
 * rejects with BAD_REQUEST. A write is durable when its promise resolves.
 */
export interface Store {
  start(): Promise<void>;
  /** Ends watches and rejects later calls. May be called twice or before start. */
  stop(): Promise<void>;
  get(key: string): Promise<StoreEntry | undefined>;
  /** Entries whose key is the prefix or starts with `prefix.`, by key; an empty prefix is all. */
  list(prefix: string): Promise<StoreEntry[]>;
  /** Gives the new revision. */
  put(key: string, value: Uint8Array, expected: Expected): Promise<number>;
  /** Gives the revision of the deletion; deleting what is not there is fine with `any`. */
  delete(key: string, expected: Expected): Promise<number>;
  /**
   * The present entries below the prefix, `synced`, then every change in revision order, none left out, until the
   * signal aborts (the iteration then ends without an error) or the store stops. A key written several times before the
   * reader gets there may be told once, with its last value.
   */
  watch(prefix: string, signal: AbortSignal): AsyncIterable<StoreChange>;
}
