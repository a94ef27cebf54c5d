/**
 * Watches over a store whose every write passes through this process. A watcher subscribes first and takes its
 * snapshot second, so nothing falls between the two; what the snapshot already contains is told apart by revision.
 *
 * A watcher that reads slowly holds one change per key, the latest: writing a key again moves it to the end, so that
 * what waits is always in revision order. Distinct keys are bounded; beyond the bound the watch ends with WATCH_BEHIND.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { isBelow } from "./store-key.ts";
import type { StoreChange, StoreEntry } from "./store.ts";

export class WatchHub {
  readonly #watchers = new Set<Watcher>();
  readonly #keysMax: number;
  #closed = false;

  /** `keysMax` bounds the changed keys that wait for one reader. */
  constructor(keysMax: number = limits.storeWatchKeysMax) {
    this.#keysMax = keysMax;
  }

  /** How many watches are open. */
  get watching(): number {
    return this.#watchers.size;
  }

  /** Tells a change to whom it concerns. Changes must come in revision order. */
  publish(key: string, change: KeyChange): void {
    for (const watcher of this.#watchers) {
      if (isBelow(key, watcher.prefix)) watcher.push(key, change);
    }
  }

  /** The iteration of `Store.watch`; it begins with the first `next()`. */
  async *watch(
    prefix: string,
    signal: AbortSignal,
    read: () => Promise<Snapshot>,
  ): AsyncGenerator<StoreChange> {
    const watcher = new Watcher(prefix, this.#keysMax);
    const ended = (): boolean => this.#closed || signal.aborted;
    const onAbort = (): void => watcher.wake();
    this.#watchers.add(watcher);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      if (ended()) return;
      const snapshot = await read().catch((error: unknown) => {
        if (ended()) return undefined; // a store that stops meanwhile ends the watch; that is no error
        throw error;
      });
      if (snapshot === undefined) return;
      const { entries, revision } = snapshot;
      watcher.forget(revision);
      for (const entry of entries) {
        if (ended()) return;
        yield { kind: "put", entry: copyOf(entry) };
      }
      if (ended()) return;
      yield { kind: "synced" };
      for (;;) {
        await watcher.waiting(ended);
        for (const change of watcher.take()) {
          if (ended()) return;
          yield change.kind === "put" ? { kind: "put", entry: copyOf(change.entry) } : change;
        }
        if (ended()) return;
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#watchers.delete(watcher);
    }
  }

  /** Ends every watch, also those that begin later. */
  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.wake();
  }
}

/** A change of one key. */
export type KeyChange = Exclude<StoreChange, { kind: "synced" }>;

/** The entries of a store and the revision of its last write when they were read. */
export interface Snapshot {
  readonly entries: readonly StoreEntry[];
  readonly revision: number;
}

/** The revision a change was made at. */
export function revisionOf(change: KeyChange): number {
  return change.kind === "put" ? change.entry.revision : change.revision;
}

/** An entry with bytes of its own, so that a reader who writes into them changes nothing elsewhere. */
export function copyOf(entry: StoreEntry): StoreEntry {
  return { key: entry.key, value: new Uint8Array(entry.value), revision: entry.revision };
}

/** What waits for one reader. */
class Watcher {
  readonly prefix: string;
  readonly #keysMax: number;
  #changes = new Map<string, KeyChange>();
  #behind = false;
  #wake: (() => void) | undefined;

  constructor(prefix: string, keysMax: number) {
    this.prefix = prefix;
    this.#keysMax = keysMax;
  }

  push(key: string, change: KeyChange): void {
    if (this.#behind) return;
    this.#changes.delete(key); // a Map keeps the order of insertion: the key goes to the end
    this.#changes.set(key, change);
    if (this.#changes.size > this.#keysMax) {
      this.#behind = true;
      this.#changes.clear();
    }
    this.wake();
  }

  /** Drops what the snapshot has told. */
  forget(revision: number): void {
    for (const [key, change] of this.#changes) {
      if (revisionOf(change) <= revision) this.#changes.delete(key);
    }
  }

  /** Resolves when there is something to take or the watch has ended. */
  async waiting(ended: () => boolean): Promise<void> {
    while (!ended() && !this.#behind && this.#changes.size === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Everything that waits, in revision order. Throws WATCH_BEHIND. */
  take(): Iterable<KeyChange> {
    if (this.#behind) {
      throw new HeddleError(
        "WATCH_BEHIND",
        `the reader of the watch on "${this.prefix}" left more than ${this.#keysMax} changed keys unread; watch again`,
      );
    }
    const taken = this.#changes;
    this.#changes = new Map();
    return taken.values();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
